//! Carrying out commands, and judging drafts.

use daybook_core::limits::{MAX_ID_BYTES, check_text};
use daybook_core::repository::{CommandContext, Executed, derived_id};
use daybook_core::{Error, Result};
use daybook_orders::commands::OrderCommand;
use daybook_orders::draft::{OrderDraft, check_draft};
use daybook_orders::order::{OrderState, parse_order_id};
use daybook_orders::{Currency, stream_id};
use js_sys::Promise;
use serde::{Deserialize, Serialize};
use std::rc::Rc;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use super::BookHandle;
use crate::error::to_js;
use crate::input::{moment, parse};
use crate::output::to_json;
use crate::store::promise;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ContextInput {
    command_id: String,
    correlation_id: Option<String>,
    occurred_at: String,
    recorded_at: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CommandOutput {
    order_id: String,
    status: &'static str,
    version: i64,
    position: u64,
    repeated: bool,
    retries: u32,
}

#[derive(Serialize)]
struct CurrencyOutput {
    code: Currency,
    decimals: u8,
}

#[wasm_bindgen]
impl BookHandle {
    /// Carries out a command; takes and gives JSON text.
    pub fn execute(&self, command: String, context: String) -> Promise {
        let orders = Rc::clone(&self.orders);
        promise(async move {
            let context = parse::<ContextInput>("options", &context)?.into_context()?;
            let command = with_order_id(parse_command(&command)?, &context.command_id);
            let order_id = parse_order_id(command.order_id())?;
            let executed = orders
                .execute(&stream_id(&order_id), &command, &context)
                .await?;
            to_json(&output(order_id, &executed))
        })
    }

    /// Judges a draft; takes and gives JSON text.
    ///
    /// # Errors
    /// `invalid_input` when it is not a draft at all.
    #[wasm_bindgen(js_name = checkDraft)]
    pub fn check_draft(&self, draft: &str) -> Result<String, JsValue> {
        let check = || to_json(&check_draft(&parse::<OrderDraft>("draft", draft)?));
        check().map_err(|error| to_js(&error))
    }

    /// The currencies, as JSON text.
    ///
    /// # Errors
    /// None in practice.
    pub fn currencies(&self) -> Result<String, JsValue> {
        let all = Currency::all().map(|code| CurrencyOutput {
            code,
            decimals: code.decimals(),
        });
        to_json(&all.collect::<Vec<_>>()).map_err(|error| to_js(&error))
    }
}

impl ContextInput {
    fn into_context(self) -> Result<CommandContext> {
        let recorded_at = moment("recordedAt", &self.recorded_at)?;
        if let Some(id) = &self.correlation_id {
            check_text("correlationId", id, MAX_ID_BYTES)?;
        }
        Ok(CommandContext {
            correlation_id: self.correlation_id,
            occurred_at: moment("occurredAt", &self.occurred_at)?,
            ..CommandContext::new(self.command_id, recorded_at)
        })
    }
}

/// Reads `{name: command}`. Paths in errors begin within the command.
fn parse_command(text: &str) -> Result<OrderCommand> {
    parse("command", text).map_err(|error| match error {
        Error::InvalidInput { field, reason } => {
            let within = field.split_once('.').map_or("command", |(_, field)| field);
            Error::invalid(within, reason)
        }
        other => other,
    })
}

/// A new order that was not given an id gets one that follows from its command's.
fn with_order_id(mut command: OrderCommand, command_id: &str) -> OrderCommand {
    if let OrderCommand::PlaceOrder(place) = &mut command
        && place.order_id.is_empty()
    {
        place.order_id = derived_id("order", 0, command_id).to_string();
    }
    command
}

fn output(order_id: String, executed: &Executed<OrderState>) -> CommandOutput {
    let placed = executed.loaded.state.placed.as_ref();
    CommandOutput {
        order_id,
        status: placed.map_or("", |order| order.status.name()),
        version: executed.loaded.version,
        position: executed.position,
        repeated: executed.repeated,
        retries: executed.retries,
    }
}

/// What a query for one thing that is not there gives.
pub(super) fn no_order(order_id: &str) -> Error {
    Error::NotFound {
        what: "order".to_owned(),
        id: order_id.to_owned(),
    }
}
