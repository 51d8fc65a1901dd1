# The Worker in workerd alone, for tests and benchmarks. Settings come from the environment, with the names of wrangler.toml.
#   workerd serve workerd.capnp --socket-addr http=127.0.0.1:8080 --directory-path objects=FOLDER
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "gateway", worker = .gateway),
    (name = "console", disk = (path = "build/console")),
    (name = "objects", disk = (path = "build/objects", writable = true)),
    # Clusters of tests listen on loopback.
    (name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true))),
  ],
  sockets = [(name = "http", address = "127.0.0.1:8787", http = (), service = "gateway")],
);

const gateway :Workerd.Worker = (
  modules = [
    (name = "index.js", esModule = embed "build/worker/index.js"),
    (name = "index_bg.wasm", wasm = embed "build/worker/index_bg.wasm"),
  ],
  compatibilityDate = "2026-07-01",
  durableObjectNamespaces = [
    (className = "Streams", uniqueKey = "roadstead-streams", enableSql = true),
    (className = "Links", uniqueKey = "roadstead-links", enableSql = true),
    (className = "Notes", uniqueKey = "roadstead-notes", enableSql = true),
  ],
  # SQLite works on files only.
  durableObjectStorage = (localDisk = "objects"),
  bindings = [
    (name = "ASSETS", service = "console"),
    (name = "STREAMS", durableObjectNamespace = "Streams"),
    (name = "LINKS", durableObjectNamespace = "Links"),
    (name = "NOTES", durableObjectNamespace = "Notes"),
    (name = "UPSTREAM_URL", fromEnvironment = "UPSTREAM_URL"),
    (name = "SESSION_KEY", fromEnvironment = "SESSION_KEY"),
    (name = "SESSION_KEY_PREVIOUS", fromEnvironment = "SESSION_KEY_PREVIOUS"),
    (name = "LINKS_TOKEN", fromEnvironment = "LINKS_TOKEN"),
    (name = "PLATFORM_URL", fromEnvironment = "PLATFORM_URL"),
    (name = "PUBLIC_URL", fromEnvironment = "PUBLIC_URL"),
    (name = "TRUSTED_HOSTS", fromEnvironment = "TRUSTED_HOSTS"),
    (name = "CHUNK_MAX_BYTES", fromEnvironment = "CHUNK_MAX_BYTES"),
    (name = "OAUTH_CLIENT_ID", fromEnvironment = "OAUTH_CLIENT_ID"),
    (name = "ADDRESS_PACE", fromEnvironment = "ADDRESS_PACE"),
    (name = "SESSION_PACE", fromEnvironment = "SESSION_PACE"),
    (name = "SIGN_IN_PACE", fromEnvironment = "SIGN_IN_PACE"),
    (name = "SESSION_STREAMS_MAX", fromEnvironment = "SESSION_STREAMS_MAX"),
    (name = "ZSTD_LAYERS", fromEnvironment = "ZSTD_LAYERS"),
    (name = "SESSION_MAX_SECS", fromEnvironment = "SESSION_MAX_SECS"),
    (name = "STREAM_MAX_SECS", fromEnvironment = "STREAM_MAX_SECS"),
    (name = "UPSTREAM_TIMEOUT_SECS", fromEnvironment = "UPSTREAM_TIMEOUT_SECS"),
  ],
);
