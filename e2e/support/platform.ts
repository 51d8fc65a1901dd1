/** A platform whose sign-in is a real OpenID provider: `/config` in front of it, and jobs behind its tokens. Knows no console. */

import { createServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from "node:http";
import { exportJWK, generateKeyPair, jwtVerify, type CryptoKey } from "jose";
import { Provider, type Configuration } from "oidc-provider";
import { freePort } from "./port.ts";

const CLIENT = "roadstead-console";
const API = "urn:platform:api";

/** What its token service was asked. */
type Grant = { kind: string; ok: boolean };

export class Platform {
  /** Every exchange, in order. */
  readonly grants: Grant[] = [];
  /** Access tokens live so long. */
  accessSecs = 3600;
  private readonly refreshGrants = new Set<string>();

  private constructor(
    readonly url: string,
    private readonly provider: Provider,
    private readonly key: CryptoKey,
    private readonly http: HttpServer,
  ) {}

  /** `callbacks` are the only addresses it sends anybody back to. */
  static async start(callbacks: string[]): Promise<Platform> {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const { publicKey, privateKey } = await generateKeyPair("RS256", { extractable: true });
    const jwk = { ...(await exportJWK(privateKey)), use: "sig", alg: "RS256", kid: "test" };
    let platform: Platform;
    const configuration: Configuration = {
      clients: [
        {
          client_id: CLIENT,
          redirect_uris: callbacks,
          response_types: ["code"],
          grant_types: ["authorization_code", "refresh_token"],
          token_endpoint_auth_method: "none",
        },
      ],
      jwks: { keys: [jwk] },
      cookies: { keys: ["not a secret: the provider of a test"] },
      scopes: ["openid", "offline_access"],
      pkce: { required: () => true },
      extraParams: ["audience"],
      rotateRefreshToken: true,
      issueRefreshToken: async () => true,
      findAccount: async (_ctx, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
      // The platform's clients read the user's name from the token itself.
      extraTokenClaims: async (_ctx, token) => ("accountId" in token ? { identity: token.accountId } : undefined),
      interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
      loadExistingGrant: async (ctx) => {
        const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client?.clientId, accountId: ctx.oidc.session?.accountId });
        grant.addOIDCScope("openid offline_access");
        grant.addResourceScope(API, "");
        await grant.save();
        return grant;
      },
      features: {
        devInteractions: { enabled: false },
        resourceIndicators: {
          enabled: true,
          defaultResource: () => API,
          useGrantedResource: () => true,
          getResourceServerInfo: () => ({
            scope: "",
            audience: API,
            accessTokenFormat: "jwt",
            accessTokenTTL: platform.accessSecs,
            jwt: { sign: { alg: "RS256" } },
          }),
        },
      },
    };
    const provider = new Provider(url, configuration);
    const http = createServer((request, response) => void platform.answer(request, response));
    platform = new Platform(url, provider, publicKey, http);
    const kind = (ctx: { oidc: { params?: Record<string, unknown> } }): string => String(ctx.oidc.params?.grant_type);
    provider.on("grant.success", (ctx) => platform.grants.push({ kind: kind(ctx), ok: true }));
    provider.on("grant.error", (ctx) => platform.grants.push({ kind: kind(ctx), ok: false }));
    provider.on("refresh_token.saved", (token) => token.grantId && platform.refreshGrants.add(token.grantId));
    await new Promise<void>((resolve) => http.listen(port, "127.0.0.1", resolve));
    return platform;
  }

  /** How often a refresh token was exchanged. */
  get renewals(): number {
    return this.grants.filter((grant) => grant.kind === "refresh_token" && grant.ok).length;
  }

  /** Takes every refresh token back, as an administrator would. */
  async revoke(): Promise<void> {
    for (const grant of this.refreshGrants) await this.provider.RefreshToken.revokeByGrantId(grant);
  }

  async stop(): Promise<void> {
    this.http.closeAllConnections();
    await new Promise((resolve) => this.http.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? "/", this.url).pathname;
    const json = (status: number, body: unknown): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    try {
      if (path.startsWith("/interaction/")) return await this.interact(request, response);
      if (!path.startsWith("/api/v1/")) return void this.provider.callback()(request, response);
      const user = await this.bearer(request);
      if (path === "/api/v1/config" && !request.headers.authorization) return json(200, this.config(false));
      if (!user) return json(401, { error: "who are you" });
      if (path === "/api/v1/config") return json(200, this.config(true));
      if (path === "/api/v1/jobs") return json(200, { jobs: [] });
      json(404, { error: "no such address" });
    } catch (error) {
      json(500, { error: String(error) });
    }
  }

  /** The user of a token that this provider signed and whose time is not over. */
  private async bearer(request: IncomingMessage): Promise<string | undefined> {
    const token = request.headers.authorization?.replace(/^Bearer /i, "");
    if (!token) return undefined;
    const proven = await jwtVerify(token, this.key, { issuer: this.url, audience: API }).catch(() => undefined);
    return proven && String(proven.payload.identity);
  }

  /** The provider's page: a name, and a button for each answer. */
  private async interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== "POST") {
      const page = `<!doctype html><title>The platform</title><form method="post"><label>Name <input name="name" value="alice"></label>
        <button name="say" value="yes">Let me in</button><button name="say" value="no">Rather not</button></form>`;
      response.writeHead(200, { "content-type": "text/html" }).end(page);
      return;
    }
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const form = new URLSearchParams(body);
    const login = { login: { accountId: form.get("name") || "alice" } };
    const refusal = { error: "access_denied", error_description: "rather not" };
    await this.provider.interactionFinished(request, response, form.get("say") === "no" ? refusal : login, { mergeWithLastSubmission: false });
  }

  private config(authorized: boolean): unknown {
    const at = (path: string): string => `${this.url}${path}`;
    const open = {
      auth_url: at("/auth"),
      token_url: at("/token"),
      logout_url: at("/logout"),
      headless_callback_url: at("/headless"),
      client_id: CLIENT,
      audience: API,
      authorized,
    };
    if (!authorized) return open;
    const apis = ["registry", "storage", "users", "monitoring", "secrets", "disks", "buckets"];
    const urls = Object.fromEntries(apis.map((name) => [`${name}_url`, at(name === "registry" ? "" : `/${name}`)]));
    const preset = { name: "cpu-small", credits_per_hour: "0", cpu: 1, memory: 2 ** 31 };
    const cluster = { name: "default", orgs: ["acme"], resource_pool_types: [], resource_presets: [preset], ...urls };
    const project = { name: "demo", cluster_name: "default", org_name: "acme", role: "admin" };
    return { ...open, clusters: [cluster], projects: [project] };
  }
}
