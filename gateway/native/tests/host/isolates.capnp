# The Worker twice, as two of Cloudflare's isolates are: nothing in common but the Durable Objects. For tests (isolates.rs).
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "one", worker = .one),
    (name = "other", worker = .other),
    (name = "objects", disk = (path = "objects", writable = true)),
    (name = "internet", network = (allow = ["private"])),
  ],
  # Cloudflare tells a Worker by which scheme it was asked; here a header does.
  sockets = [
    (name = "one", address = "127.0.0.1:0", http = (forwardedProtoHeader = "X-Forwarded-Proto"), service = "one"),
    (name = "other", address = "127.0.0.1:0", http = (forwardedProtoHeader = "X-Forwarded-Proto"), service = "other"),
  ],
);

const modules :List(Workerd.Worker.Module) = [
  (name = "platform.js", esModule = embed "platform.js"),
  (name = "index.js", esModule = embed "../../../workers/build/worker/index.js"),
  (name = "index_bg.wasm", wasm = embed "../../../workers/build/worker/index_bg.wasm"),
];

const one :Workerd.Worker = (
  modules = .modules,
  compatibilityDate = "2026-07-01",
  durableObjectNamespaces = [
    (className = "Streams", uniqueKey = "streams", enableSql = true),
    (className = "Links", uniqueKey = "links", enableSql = true),
    (className = "Notes", uniqueKey = "notes", enableSql = true),
  ],
  durableObjectStorage = (localDisk = "objects"),
  bindings = [
    (name = "STREAMS", durableObjectNamespace = "Streams"),
    (name = "LINKS", durableObjectNamespace = "Links"),
    (name = "NOTES", durableObjectNamespace = "Notes"),
    (name = "UPSTREAM_URL", fromEnvironment = "UPSTREAM_URL"),
    (name = "SESSION_KEY", fromEnvironment = "SESSION_KEY"),
    (name = "SIGN_IN_PACE", text = "20/1"),
  ],
);

const other :Workerd.Worker = (
  modules = .modules,
  compatibilityDate = "2026-07-01",
  bindings = [
    (name = "STREAMS", durableObjectNamespace = (className = "Streams", serviceName = "one")),
    (name = "LINKS", durableObjectNamespace = (className = "Links", serviceName = "one")),
    (name = "NOTES", durableObjectNamespace = (className = "Notes", serviceName = "one")),
    (name = "UPSTREAM_URL", fromEnvironment = "UPSTREAM_URL"),
    (name = "SESSION_KEY", fromEnvironment = "SESSION_KEY"),
    (name = "SIGN_IN_PACE", text = "20/1"),
  ],
);
