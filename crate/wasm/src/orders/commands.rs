//! Carrying out commands.

use daybook_core::json::{FromJson, Malformed, Reader, Writer};
use daybook_core::limits::{MAX_ID_BYTES, check_text};
use daybook_core::repository::{CommandContext, Executed, Repository, derived_id};
use daybook_core::{Error, Result};
use daybook_orders::commands::OrderCommand;
use daybook_orders::order::{Order, OrderState, parse_order_id};
use daybook_orders::stream_id;

use crate::input::{moment, optional, parse, text};
use crate::storage::AnyStorage;

/// Carries out a command, given as `{name: command}`, in its context.
pub(super) async fn execute(
    orders: &Repository<Order, AnyStorage>,
    command: &str,
    context: &str,
    json: &mut Writer,
) -> Result<()> {
    let (order_id, command, context) = given(command, context)?;
    let stream_id = stream_id(&order_id);
    let executed = orders.execute(&stream_id, &command, &context).await?;
    output(json, &order_id, &executed);
    Ok(())
}

/// The order that a command is for, the command, and what goes with it.
fn given(command: &str, context: &str) -> Result<(String, OrderCommand, CommandContext)> {
    let context = parse("options", context, read_context)?;
    if let Some(id) = &context.correlation_id {
        check_text("correlationId", id, MAX_ID_BYTES)?;
    }
    let command = with_order_id(parse_command(command)?, &context.command_id);
    let order_id = parse_order_id(command.order_id())?;
    Ok((order_id, command, context))
}

fn read_context(reader: &mut Reader<'_>) -> Result<CommandContext, Malformed> {
    let (mut command_id, mut correlation_id) = (None, None);
    let (mut occurred_at, mut recorded_at) = (None, None);
    reader.begin_object()?;
    while let Some(key) = reader.next_key()? {
        match &*key {
            "commandId" => command_id = Some(text(reader)?),
            "correlationId" => correlation_id = optional(reader, text)?,
            "occurredAt" => occurred_at = Some(moment(reader)?),
            "recordedAt" => recorded_at = Some(moment(reader)?),
            _ => return Err(reader.unknown()),
        }
    }
    let command_id = reader.required(command_id, "commandId")?;
    let recorded_at = reader.required(recorded_at, "recordedAt")?;
    Ok(CommandContext {
        correlation_id,
        occurred_at: reader.required(occurred_at, "occurredAt")?,
        ..CommandContext::new(command_id, recorded_at)
    })
}

/// Reads `{name: command}`. Paths in errors begin within the command.
fn parse_command(text: &str) -> Result<OrderCommand> {
    parse("command", text, OrderCommand::read_json).map_err(|error| match &*error {
        Error::InvalidInput { field, reason } => {
            let within = field.split_once('.').map_or("command", |(_, field)| field);
            Error::invalid(within, reason)
        }
        _ => error,
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

/// `{orderId, status, version, position, repeated, retries}`.
fn output(json: &mut Writer, order_id: &str, executed: &Executed<OrderState>) {
    let placed = executed.loaded.state.placed.as_ref();
    let status = placed.map_or("", |order| order.status.name());
    json.begin_object().key("orderId").string(order_id);
    json.key("status").string(status);
    json.key("version").number(executed.loaded.version);
    json.key("position").number(executed.position);
    json.key("repeated").boolean(executed.repeated);
    json.key("retries").number(executed.retries).end_object();
}

/// What a query for one thing that is not there gives.
pub(super) fn no_order(order_id: &str) -> Box<Error> {
    Error::not_found("order", order_id)
}
