//! Commands and queries as JSON says them: objects of known fields. Keys that mean nothing are
//! refused, so that a slip of the pen is not passed over.

use daybook_core::json::{Malformed, Reader};

/// What a field's value is read into.
pub(crate) trait Field {
    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Malformed>;
}

/// Reads an object of these fields, of which the first `required` must be there. One reader of all
/// commands and queries is a fraction of one for each.
pub(crate) fn read(
    reader: &mut Reader<'_>,
    required: usize,
    fields: &mut [(&'static str, &mut dyn Field)],
) -> Result<(), Malformed> {
    let mut found = 0;
    reader.begin_object()?;
    while let Some(key) = reader.next_key()? {
        let known = fields.iter().position(|(name, _)| *name == key);
        let Some((place, (_, field))) = known.and_then(|at| Some((at, fields.get_mut(at)?))) else {
            return Err(reader.unknown());
        };
        field.read(reader)?;
        found |= 1 << place;
    }
    for (place, (name, _)) in fields.iter().take(required).enumerate() {
        reader.required((found >> place & 1 == 1).then_some(()), name)?;
    }
    Ok(())
}

impl Field for String {
    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Malformed> {
        *self = reader.string()?.into_owned();
        Ok(())
    }
}

impl Field for bool {
    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Malformed> {
        *self = reader.boolean()?;
        Ok(())
    }
}

/// A number of rows; one beyond what memory could hold counts as the most it could.
impl Field for usize {
    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Malformed> {
        *self = usize::try_from(reader.unsigned()?).unwrap_or(usize::MAX);
        Ok(())
    }
}

/// `null` stands for none.
impl<T: Field + Default> Field for Option<T> {
    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Malformed> {
        *self = None;
        if reader.null() {
            return Ok(());
        }
        self.insert(T::default()).read(reader)
    }
}

/// A list of objects.
impl<T: Field + Default> Field for Vec<T> {
    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Malformed> {
        self.clear();
        reader.begin_array()?;
        while reader.next_item()? {
            let mut item = T::default();
            item.read(reader)?;
            self.push(item);
        }
        Ok(())
    }
}
