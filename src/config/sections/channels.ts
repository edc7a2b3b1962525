import * as v from 'valibot';
import {
  about,
  bareHttpUrl,
  emailAddress,
  flag,
  host,
  milliseconds,
  secret,
  section,
  some,
  text,
  whole,
} from '../values.ts';
import { tlsSchema } from './tls.ts';

const email = section({
  enabled: v.optional(about(flag, 'whether mails are sent; the section is checked either way'), true),
  host: about(host, 'the SMTP server'),
  port: v.optional(about(whole(1, 65_535), 'its port'), 587),
  secure: v.optional(about(flag, 'TLS from the first byte, as on port 465; else STARTTLS'), false),
  require_tls: v.optional(
    about(
      flag,
      'sends nothing, the password least of all, where the server has no STARTTLS; `false` for a relay on the same machine',
    ),
    true,
  ),
  username: v.optional(about(text('a user name'), 'signs in by this name; with `password`')),
  password: v.optional(about(secret('a password'), 'signs in by this password; with `username`')),
  from: about(emailAddress, 'who the mails are from'),
  to: about(some(emailAddress, 'e-mail addresses', 100), 'whom they are for'),
  group_wait_ms: v.optional(about(milliseconds(0), 'what comes within this time goes into one mail'), 10_000),
  max_per_hour: v.optional(about(whole(1, 3600), 'more mails wait and go grouped'), 20),
  timeout_ms: v.optional(about(whole(100, 60_000), 'a server that says nothing for so long is down'), 10_000),
  tls: v.optional(about(tlsSchema, 'certificates'), {}),
});

const alertmanager = section({
  enabled: v.optional(about(flag, 'whether alerts are sent; the section is checked either way'), true),
  urls: about(
    some(bareHttpUrl, 'http:// or https:// URLs', 32),
    'every Alertmanager of the cluster, not a load balancer before it',
  ),
  username: v.optional(about(text('a user name'), 'basic authentication')),
  password: v.optional(about(secret('a password'), 'basic authentication; with `username`')),
  bearer_token: v.optional(about(secret('a token'), 'bearer authentication, in place of `username` and `password`')),
  resend_interval_ms: v.optional(about(whole(100, 600_000), 'alerts that fire are sent again so often'), 30_000),
  timeout_ms: v.optional(about(whole(100, 60_000), 'a request that takes longer is given up and tried again'), 10_000),
  tls: v.optional(about(tlsSchema, 'certificates'), {}),
});

/** The section `alerts.channels`: who is told. */
export const channelsSchema = section({
  log: v.optional(
    about(section({ enabled: v.optional(about(flag, 'whether alerts are log lines'), true) }), 'the log'),
    {},
  ),
  email: v.optional(about(email, 'e-mail, by the package `nodemailer`')),
  alertmanager: v.optional(about(alertmanager, 'Alertmanager, by its API v2')),
});
