/** The Worker's entry: hands requests to the WebAssembly, and puts a new instance in the place of one that has panicked. */

import { DurableObject } from "cloudflare:workers";
import linksSchema from "./0001_links.sql";
import notesSchema from "./0001_notes.sql";
import * as instance from "./index.js";
import { ensure, generation, orElse } from "./life.js";

const HEADERS = {
  "content-type": "application/json",
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
};

/** A path as it may stand in the log: without the token of a link. */
function loggable(path) {
  return path.replace(/^\/s\/[^/]*/, "/s/***");
}

/** The answer to requests that were under way when the instance ended. */
function broken(request) {
  return (message) => {
    const id = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    const path = loggable(new URL(request.url).pathname);
    console.error(JSON.stringify({ level: "ERROR", id, method: request.method, path, panic: message }));
    const problem = { code: "internal", message: "Something broke in the console's server. Try again.", request_id: id };
    return new Response(JSON.stringify(problem), { status: 500, headers: { ...HEADERS, "x-request-id": id } });
  };
}

export default {
  fetch(request, env, context) {
    ensure(instance.__wbg_reset_state);
    return orElse(() => instance.fetch(request, env, context), broken(request));
  },
};

/** Streams that many watch. The object outlives instances; what serves it does not. */
export class Streams extends DurableObject {
  #served;
  #generation;

  fetch(request) {
    ensure(instance.__wbg_reset_state);
    if (this.#generation !== generation) {
      this.#generation = generation;
      this.#served = new instance.Streams(this.ctx, this.env);
    }
    return orElse(() => this.#served.fetch(request), broken(request));
  }
}

/** A store: SQLite, asked in SQL by the Worker and by nobody else. Its tables are made by `schemas`, which are only ever added to. */
class Store extends DurableObject {
  constructor(context, env, schemas) {
    super(context, env);
    const { storage } = context;
    storage.transactionSync(() => {
      storage.sql.exec("CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY) STRICT");
      const done = storage.sql.exec("SELECT count(*) AS number FROM migrations").one().number;
      for (const [at, statements] of schemas.entries()) {
        if (at < done) continue;
        storage.sql.exec(statements);
        storage.sql.exec("INSERT INTO migrations VALUES (?)", at);
      }
    });
  }

  async fetch(request) {
    const { sql, values } = await request.json();
    const { storage } = this.ctx;
    try {
      return Response.json(storage.transactionSync(() => storage.sql.exec(sql, ...values).toArray()));
    } catch (error) {
      return new Response(String(error), { status: 500 });
    }
  }
}

/** Links to jobs' statuses. */
export class Links extends Store {
  constructor(context, env) {
    super(context, env, [linksSchema]);
  }
}

/** What is remembered of sessions. */
export class Notes extends Store {
  constructor(context, env) {
    super(context, env, [notesSchema]);
  }
}
