//! Whether those who look at a log still may: what they are shown was read with the token of one of them.

use super::hub::Hub;
use crate::{
    Gateway,
    streams::{Fate, fate},
};
use api::{HEARTBEAT_SECS, logs::EndReason};
use std::time::Duration;

const LOOK: Duration = Duration::from_secs(HEARTBEAT_SECS);

/// Asks again and again, and ends the streams of those who may not any more. Whoever has the same token is asked for once.
pub(super) async fn ask(gateway: &Gateway, hub: &Hub) {
    loop {
        gateway.host().sleep(LOOK).await;
        let members = hub.state().audience.of_each_token();
        for (member, session) in members {
            let asked = async {
                let session = gateway.current(&session).await?;
                match gateway.upstream().job(&session, &hub.key.1).await {
                    // A token may be refused before its time, by a platform that has changed its keys.
                    Err(error) if error.is_unauthorized() => {
                        let renewed = gateway.renew_refused(&session).await?;
                        gateway.upstream().job(&renewed, &hub.key.1).await
                    }
                    other => other,
                }
            };
            let reason = match asked.await.map_err(fate) {
                Err(Fate::Refused(reason)) => reason,
                Err(Fate::Gone) => EndReason::Gone,
                // Where that cannot be told, the next look tells.
                Ok(_) | Err(Fate::Trouble(_)) => continue,
            };
            hub.tell(|state| state.audience.refuse(member, reason));
        }
    }
}
