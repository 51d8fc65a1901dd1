/**
 * The Worker, unchanged, on a platform that has no random bytes for a request that says so: the Worker cannot do without and
 * panics. Nothing of this is in what is deployed.
 */

import worker, { Links, Notes, Streams } from "./index.js";

export { Links, Notes, Streams };

const given = crypto.getRandomValues.bind(crypto);

export default {
  fetch(request, env, context) {
    if (request.headers.has("x-test-no-random-bytes")) {
      crypto.getRandomValues = () => {
        crypto.getRandomValues = given;
        throw new Error("there are no random bytes");
      };
    }
    return worker.fetch(request, env, context);
  },
};
