mod domain;
mod following;
mod saving;
