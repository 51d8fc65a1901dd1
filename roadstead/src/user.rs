//! `roadstead user`: people, their tokens and sign-in links. Works on the data folder, also while a server runs on it.

use crate::args::{Role, User, UserAct};
use crate::{address, banner, password, serve};
use anyhow::{Context, bail};
use cluster::{Accounts, ProjectRole};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Runs one command; what it prints goes to standard output alone, so that `$(...)` can take it.
pub(crate) async fn run(user: User) -> anyhow::Result<()> {
    let data = &user.data.folder;
    if !Accounts::are_in(data) {
        // Made here, they would be nobody's: what a cluster in another folder was to be told would go there.
        bail!(
            "there are no accounts in {}: name the data folder of your server with --data, or start one there first (`roadstead up`, \
             `roadstead cluster`), which makes them",
            std::path::absolute(data).as_deref().unwrap_or(data).display()
        );
    }
    let accounts = Accounts::open(&serve::stored_config(data)?)
        .await
        .with_context(|| format!("the data folder {}", data.display()))?;
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
            let url = address::find(data, url)?;
            let code = accounts.password_code(&name).await?;
            println!("{}/oauth/password#code={code}", url.as_str().trim_end_matches('/'));
        }
        UserAct::Link { name, url } => {
            let url = address::find(data, url)?;
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
