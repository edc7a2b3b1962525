import type { IncomingHttpHeaders } from 'node:http';
import type { Role } from './request.ts';
import { ROLES } from './request.ts';
import { Refusal } from './reply.ts';

/** Who may come in, and as what. */
export interface Accounts {
  /** Tokens of service accounts with their roles. */
  readonly tokens: Readonly<Record<string, Role>>;
  readonly users: Readonly<Record<string, { readonly password: string; readonly role: Role }>>;
}

export interface Account {
  readonly login: string;
  readonly role: Role;
}

export const DEFAULT_ACCOUNTS: Accounts = {
  tokens: { glsa_viewer_1a2b: 'Viewer', glsa_editor_3c4d: 'Editor', glsa_admin_5e6f: 'Admin' },
  users: { admin: { password: 's3cret:admin', role: 'Admin' }, viewer: { password: 's3cret:viewer', role: 'Viewer' } },
};

/** The codes are read (R), the texts from memory (U). */
export function accountOf(accounts: Accounts, headers: IncomingHttpHeaders): Account {
  const [, kind = '', given = ''] = /^(\w+) +(.+)$/.exec(headers.authorization ?? '') ?? [];
  if (kind === 'Bearer') {
    const role = Object.hasOwn(accounts.tokens, given) ? accounts.tokens[given] : undefined;
    if (role === undefined) throw new Refusal(401, 'Invalid API key');
    return inOrganisation({ login: `sa-1-${role.toLowerCase()}`, role }, headers);
  }
  const [login = '', ...rest] = kind === 'Basic' ? Buffer.from(given, 'base64').toString().split(':') : [];
  const user = Object.hasOwn(accounts.users, login) ? accounts.users[login] : undefined;
  if (user === undefined) throw new Refusal(401, 'Unauthorized');
  if (user.password !== rest.join(':')) throw new Refusal(401, 'Invalid username or password');
  return inOrganisation({ login, role: user.role }, headers);
}

/** All belong to organisation 1. What another one gives is from memory (U). */
function inOrganisation(account: Account, headers: IncomingHttpHeaders): Account {
  const org = headers['x-grafana-org-id'] ?? '1';
  if (org !== '1') throw new Refusal(403, 'You do not have access to this organization');
  return account;
}

/** The code is read (R), the text from memory (U). */
export function requireRole({ role }: Account, needed: Role): void {
  if (ROLES.indexOf(role) >= ROLES.indexOf(needed)) return;
  throw new Refusal(403, {
    title: 'Access denied',
    message: "You'll need additional permissions to perform this action.",
    accessErrorId: 'ACE0000000001',
  });
}
