use super::*;

async fn exchange(server: &Server, form: &str) -> Answer {
    let request = Request::builder()
        .method(Method::POST)
        .uri("/oauth/token")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    server.send(request.body(Body::from(form.to_owned())).expect("a request")).await
}

#[tokio::test]
async fn a_code_signs_in_once_and_its_refresh_token_goes_on() {
    let server = Server::start().await;
    let code = server.api.accounts.sign_in_code("writer", NOON).await.expect("a code");
    let form = format!("grant_type=authorization_code&code={code}&client_id=roadstead");
    let answer = exchange(&server, &form).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
    let signed_in = answer.json();
    assert_eq!((signed_in["token_type"].as_str(), signed_in["expires_in"].as_u64()), (Some("Bearer"), Some(86_400)));
    let refresh = signed_in["refresh_token"].as_str().expect("a refresh token");
    let renewed = exchange(&server, &format!("grant_type=refresh_token&refresh_token={refresh}&client_id=x")).await;
    let request = Request::builder()
        .uri("/api/v1/secured-ping")
        .header(header::AUTHORIZATION, format!("Bearer {}", renewed.json()["access_token"].as_str().expect("a token")));
    assert_eq!(server.send(request.body(Body::empty()).expect("a request")).await.text, "Secured Pong");
    let again = exchange(&server, &form).await;
    assert_eq!((again.status.as_u16(), again.error().as_str()), (400, "invalid_grant"));
}

#[tokio::test]
async fn bad_exchanges_are_refused_as_rfc_6749_says() {
    let server = Server::start().await;
    for (form, error) in [
        ("", "invalid_request"),
        ("grant_type=authorization_code", "invalid_request"),
        ("grant_type=refresh_token", "invalid_request"),
        ("grant_type=password&username=a&password=b", "unsupported_grant_type"),
        ("grant_type=authorization_code&code=guess", "invalid_grant"),
        ("grant_type=refresh_token&refresh_token=guess", "invalid_grant"),
        ("%00%ff&&&==", "invalid_request"),
    ] {
        let answer = exchange(&server, form).await;
        assert_eq!((answer.status.as_u16(), answer.error().as_str()), (400, error), "{form}");
        assert!(answer.json()["error_description"].is_string());
    }
}

#[tokio::test]
async fn a_stranger_to_the_server_learns_how_to_sign_in_and_nothing_else() {
    let server = Server::start().await;
    let config = server.get(As::Nobody, "/api/v1/config").await.json();
    for key in ["auth_url", "token_url", "logout_url", "headless_callback_url", "client_id", "audience"] {
        assert!(config[key].is_string(), "{key}");
    }
    assert_eq!(config["authorized"], false);
    for key in ["clusters", "projects", "orgs"] {
        assert!(config.get(key).is_none(), "{key}");
    }
}

#[tokio::test]
async fn a_user_learns_its_own_cluster_and_projects() {
    let server = Server::start().await;
    let config = server.get(As::Writer, "/api/v1/config").await.json();
    assert_eq!(config["authorized"], true);
    assert_eq!(
        config["projects"],
        json!([{"name": "demo", "cluster_name": "default", "org_name": "main", "role": "writer"}])
    );
    let cluster = &config["clusters"][0];
    assert_eq!((&cluster["name"], &cluster["orgs"]), (&json!("default"), &json!(["main"])));
    for key in ["registry_url", "storage_url", "users_url", "monitoring_url", "secrets_url", "disks_url", "buckets_url"]
    {
        assert!(cluster[key].as_str().is_some_and(|url| Url::parse(url).is_ok()), "{key}");
    }
    assert!(cluster["resource_pool_types"].is_array());
    assert_eq!(cluster["resource_presets"][0]["name"], "cpu-small");
    assert!(cluster["resource_presets"][0]["credits_per_hour"].is_string());
}

#[tokio::test]
async fn tokens_that_prove_nobody_are_refused_everywhere() {
    let server = Server::start().await;
    let good = server.token(As::Writer).await;
    let mut forged = good.clone();
    forged.pop();
    for value in [
        format!("Bearer {forged}"),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        format!("Basic {good}"),
        good.clone(),
        "Bearer a.b.c".to_owned(),
        format!("Bearer {}", "x".repeat(20_000)),
    ] {
        for path in ["/api/v1/config", "/api/v1/jobs", "/api/v1/monitoring/capacity"] {
            let request = Request::builder().uri(path).header(header::AUTHORIZATION, &value);
            let answer = server.send(request.body(Body::empty()).expect("a request")).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path} {value:.40}");
            assert_eq!(answer.headers[header::WWW_AUTHENTICATE], "Bearer");
            assert!(!answer.text.contains(&good), "a token never comes back");
        }
    }
}

#[tokio::test]
async fn a_token_dies_with_its_time() {
    let server = Server::start().await;
    let token = server.token(As::Writer).await;
    server.api.clock.advance_ns(3_600_000_000_000);
    let request = Request::builder().uri("/api/v1/jobs").header(header::AUTHORIZATION, format!("Bearer {token}"));
    let answer = server.send(request.body(Body::empty()).expect("a request")).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(answer.error().contains("expired"));
}
