//! The order domain over the real engine: what must hold of the log and of all that is folded from
//! it, whatever several tabs do at once.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod asking;
#[cfg(test)]
mod demo;
#[cfg(test)]
mod following;
#[cfg(test)]
mod history;
#[cfg(test)]
mod old_and_unknown;
#[cfg(test)]
mod past;
#[cfg(test)]
mod races;
#[cfg(test)]
mod shop;
#[cfg(test)]
mod snapshots;
#[cfg(test)]
mod tabs;
