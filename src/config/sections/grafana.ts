import * as v from 'valibot';
import { about, bareHttpUrl, flag, httpUrl, matching, oneOf, secret, section, text, whole } from '../values.ts';
import { tlsSchema } from './tls.ts';

/** As Grafana allows them: other characters are refused, and more than 40. */
const uid = matching(/^[a-zA-Z0-9_-]{1,40}$/, '1 to 40 letters, digits, - and _');

/** Grafana refuses longer names of folders and data sources. */
const title = matching(/^\S(?:.{0,188}\S)?$/, 'a text of 1 to 190 characters, without spaces at its ends');

/** Folder where none is given. */
export const DEFAULT_FOLDER = 'Telemetry Dashboard';

const datasource = section({
  uid: v.optional(about(uid, 'its `uid`; one that is there already is used as it is'), 'telemetry-dashboard'),
  name: v.optional(about(title, 'what it is called in Grafana'), 'Telemetry Dashboard (Prometheus)'),
  url: v.optional(
    about(bareHttpUrl, 'where Grafana finds Prometheus, or a store that speaks its API'),
    'http://localhost:9090',
  ),
});

/** The section `grafana`: data source, dashboards and alert rules in a running Grafana. */
export const grafanaSchema = section({
  enabled: v.optional(
    about(flag, 'whether data source, dashboards and alert rules are set up in a running Grafana'),
    false,
  ),
  url: v.optional(about(httpUrl, 'where it is'), 'http://localhost:3000'),
  api_key: v.optional(
    about(
      secret('a token'),
      'token of a service account with the role Admin; Editor will do where the data source is there already and Grafana lets editors set alert rules',
    ),
  ),
  username: v.optional(about(text('a user name'), 'basic authentication, in place of `api_key`')),
  password: v.optional(about(secret('a password'), 'basic authentication; with `username`')),
  org_id: v.optional(
    about(whole(1, Number.MAX_SAFE_INTEGER), 'the organisation, for users who are in several', {
      otherwise: 'the one of the credentials',
    }),
  ),
  sync: v.optional(
    about(oneOf(['start', 'manual']), 'when it is set up: in the background at the start, or on request only'),
    'start',
  ),
  folder: v.optional(
    about(title, 'folder of the dashboards and alert rules; another one for each environment that shares a Grafana'),
    DEFAULT_FOLDER,
  ),
  alert_rules: v.optional(about(flag, 'whether alert rules are set up too'), true),
  datasource: v.optional(about(datasource, 'where the dashboards read from'), {}),
  timeout_ms: v.optional(about(whole(100, 60_000), 'a request that takes longer is given up'), 10_000),
  tls: v.optional(about(tlsSchema, 'certificates'), {}),
});
