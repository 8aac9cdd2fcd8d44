// Runs in the image of subscription-api before the services start, every time, and changes nothing that is
// there: makes the keys of this installation, gives each service its own, and makes for each service with
// tables a role that owns its schema and sees nothing else. Who loses the volume `keys` loses what is sealed
// with its key ring: back it up with the data; the other volumes are made from it.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const folder = '/run/posthorn';
const schemas = ['subscription_api', 'retry_scheduler', 'delivery_log'];
/** What each service may read: nobody sees another one's, and who needs none is given none. */
const given = {
  'subscription-api': {
    'secret-keys': 'secret-keys',
    'admin-key': 'admin-key',
    'subscription_api-url': 'database-url',
  },
  dispatcher: { 'secret-keys': 'secret-keys' },
  'retry-scheduler': { 'retry_scheduler-url': 'database-url' },
  'delivery-log': { 'delivery_log-url': 'database-url' },
};
const pg = createRequire('/app/package.json')('pg');

keep('secret-keys', process.env.POSTHORN_SECRET_KEYS, () => `k1:${randomBytes(32).toString('base64')}`);
keep('admin-key', process.env.POSTHORN_ADMIN_KEY, () => `ph_${randomBytes(24).toString('base64url')}`);

const url = new URL(process.env.DATABASE_URL);
const client = new pg.Client({ connectionString: url.href, connectionTimeoutMillis: 10_000 });
await client.connect();
try {
  await client.query('BEGIN');
  await client.query(`REVOKE ALL ON DATABASE ${client.escapeIdentifier(url.pathname.slice(1))} FROM PUBLIC`);
  await client.query('REVOKE ALL ON SCHEMA public FROM PUBLIC');
  for (const schema of schemas) await provide(schema);
  await client.query('COMMIT');
} finally {
  await client.end();
}
for (const [service, files] of Object.entries(given))
  for (const [from, to] of Object.entries(files))
    write(`../posthorn-of/${service}/${to}`, readFileSync(`${folder}/${from}`, 'utf8').trim());
console.log(JSON.stringify({ msg: 'keys, roles and schemas are there', schemas }));

/**
 * The service finds its role and its schema as it would have made them, and takes them.
 * @param {string} schema
 */
async function provide(schema) {
  const role = `posthorn_${schema}`;
  const password = keep(`${schema}-password`, undefined, () => randomBytes(24).toString('base64url'));
  const { rows } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
  if (rows.length === 0) await client.query(`CREATE ROLE ${role}`);
  await client.query(
    `ALTER ROLE ${role} LOGIN PASSWORD ${client.escapeLiteral(password)} CONNECTION LIMIT 60`,
  );
  await client.query(
    `GRANT CONNECT ON DATABASE ${client.escapeIdentifier(url.pathname.slice(1))} TO ${role}`,
  );
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema} AUTHORIZATION ${role}`);
  const own = new URL(url.href);
  own.username = role;
  own.password = password;
  write(`${schema}-url`, own.href);
}

/** What was given wins, then what there is, then something new. @returns {string} */
function keep(name, wanted, make) {
  const file = `${folder}/${name}`;
  const known = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
  const value = wanted || known || make();
  if (value !== known) write(name, value);
  return value;
}

/** Whole or not at all, and for the services' user alone. */
function write(name, value) {
  const file = `${folder}/${name}`;
  writeFileSync(`${file}.new`, `${value}\n`, { mode: 0o400 });
  renameSync(`${file}.new`, file);
}
