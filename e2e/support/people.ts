/** People beside the administrator, each with a browser of their own, and what the platform's command line would be told. */

import { expect, type APIRequestContext, type Browser, type BrowserContext, type Page } from "@playwright/test";
import type { Server } from "./server.ts";

export type Person = { name: string; page: Page; context: BrowserContext };

/** Adds somebody and signs them in. */
export async function join(browser: Browser, server: Server, viewport: { width: number; height: number } | null, name: string, project: string, role: "reader" | "writer" | "manager" | "admin"): Promise<Person> {
  await server.addUser(name, project, role);
  return signIn(browser, server, viewport, name);
}

/** Another browser of somebody. */
export async function signIn(browser: Browser, server: Server, viewport: { width: number; height: number } | null, name: string): Promise<Person> {
  const context = await browser.newContext({ baseURL: server.url, storageState: { cookies: [], origins: [] }, viewport, locale: "en-GB", timezoneId: "UTC" });
  const page = await context.newPage();
  await page.goto(await server.link(name));
  await expect(page.getByRole("heading", { name: "Jobs", level: 1 })).toBeVisible();
  return { name, page, context };
}

/** The calls of `apolo share` and `apolo acl`, with somebody's token. */
export class Cli {
  constructor(
    private readonly request: APIRequestContext,
    private readonly server: Server,
    private readonly user: string,
  ) {}

  /** `apolo acl ls`: what they were granted. */
  async granted(): Promise<string[]> {
    const found: { uri: string; action: string }[] = await this.ask("GET", `${inPath(this.user)}/permissions`);
    return found.map(({ uri, action }) => `${uri} ${action}`);
  }

  /** `apolo acl ls --shared`: what others were granted of theirs. */
  async shared(): Promise<string[]> {
    const found: { user: string; uri: string; action: string }[] = await this.ask("GET", `${inPath(this.user)}/permissions/shared`);
    return found.map(({ user, uri, action }) => `${uri} ${action} ${user}`);
  }

  /** `apolo share URI USER ACTION`. */
  async share(uri: string, user: string, action: string): Promise<void> {
    await this.send("POST", `${inPath(user)}/permissions`, [{ uri, action }]);
  }

  /** `apolo acl revoke URI USER`. */
  async revoke(uri: string, user: string): Promise<void> {
    await this.send("DELETE", `${inPath(user)}/permissions?uri=${encodeURIComponent(uri)}`);
  }

  private async ask<T>(method: string, path: string): Promise<T> {
    return JSON.parse(await this.send(method, path));
  }

  private async send(method: string, path: string, data?: unknown): Promise<string> {
    const headers = { Authorization: `Bearer ${await this.server.token(this.user)}` };
    const answer = await this.request.fetch(`${this.server.platform}/api/v1/users/${path}`, { method, headers, data });
    const text = await answer.text();
    expect(answer.ok(), text).toBe(true);
    return text;
  }
}

/** A role's name has slashes, which the platform wants as colons in a path. */
function inPath(name: string): string {
  return name.replaceAll("/", ":");
}
