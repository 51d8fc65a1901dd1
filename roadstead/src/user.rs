//! `roadstead user`: people, their tokens and sign-in links. Works on the data folder, also while a server runs on it.

use crate::args::{Role, User, UserAct};
use crate::{address, banner, password, serve};
use anyhow::Context;
use cluster::{Accounts, ProjectRole};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Runs one command; what it prints goes to standard output alone, so that `$(...)` can take it.
pub(crate) async fn run(user: User) -> anyhow::Result<()> {
    let accounts = Accounts::open(&serve::stored_config(&user.data.folder)?)
        .await
        .with_context(|| format!("the data folder {}", user.data.folder.display()))?;
    match user.act {
        UserAct::Add { name, role, project, password } => {
            // Asked for before anything is done, so that giving up leaves nothing behind.
            let password = password.then(|| password::ask(&name)).transpose()?;
            if let Some(password) = &password {
                Accounts::check_password(&name, password)?;
            }
            accounts.add_user(&name, role.into(), project.as_deref()).await?;
            if let Some(password) = password {
                accounts.set_password(&name, &password).await?;
            }
            println!("added {name}");
        }
        UserAct::List => {
            for user in accounts.users().await? {
                println!("{user}");
            }
        }
        UserAct::Token { name, days } => println!("{}", accounts.token(&name, DAY * days).await?),
        UserAct::Passwd { name } => {
            accounts.set_password(&name, &password::ask(&name)?).await?;
            println!("set the password of {name}; their sign-ins have ended");
        }
        UserAct::PasswordLink { name, url } => {
            let url = address::find(&user.data.folder, url)?;
            let code = accounts.password_code(&name).await?;
            println!("{}/oauth/password#code={code}", url.as_str().trim_end_matches('/'));
        }
        UserAct::Link { name, url } => {
            let url = address::find(&user.data.folder, url)?;
            println!("{}", banner::link(&url, &accounts.sign_in_code(&name).await?));
        }
    }
    Ok(())
}

impl From<Role> for ProjectRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Reader => Self::Reader,
            Role::Writer => Self::Writer,
            Role::Manager => Self::Manager,
            Role::Admin => Self::Admin,
        }
    }
}
