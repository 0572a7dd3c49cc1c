use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde_json::{json, Value};

async fn handle(event: LambdaEvent<Value>) -> Result<Value, Error> {
    println!("seen {}", event.payload["n"]);
    if event.payload["fail"] == true {
        return Err("no luck".into());
    }
    Ok(json!({ "id": event.context.request_id, "n": event.payload["n"].as_i64().unwrap_or(0) * 6 }))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(handle)).await
}
