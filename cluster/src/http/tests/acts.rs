use super::*;

#[tokio::test]
async fn what_is_done_to_a_job_is_written_down_and_what_is_refused_is_not() {
    let server = Server::start().await;
    let job = server.job("train").await;
    let cancel = format!("/api/v1/jobs/{job}");
    assert_eq!(server.call(As::Reader, Method::DELETE, &cancel, None).await.status, StatusCode::FORBIDDEN);
    assert_eq!(server.call(As::Writer, Method::DELETE, &cancel, None).await.status, StatusCode::NO_CONTENT);
    let acts = server.get(As::Admin, &format!("/api/v1/extensions/access/acts?job={job}")).await.json();
    let items = acts["items"].as_array().expect("a list");
    assert_eq!(items.len(), 1, "{acts}");
    assert_eq!(
        (&items[0]["actor"], &items[0]["kind"], &items[0]["job"]),
        (&json!("writer"), &json!("cancel"), &json!(job))
    );
    assert!(items[0]["request_id"].is_string());
    assert_eq!(server.get(As::Manager, "/api/v1/extensions/access/acts").await.status, StatusCode::FORBIDDEN);
    assert_eq!(server.get(As::Admin, "/api/v1/extensions/access/acts?limit=0").await.status, StatusCode::BAD_REQUEST);
}
