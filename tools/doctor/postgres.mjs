import pg from 'pg';

/** @typedef {import('./main.mjs').Finding} Finding */

const SCHEMAS = ['subscription_api', 'retry_scheduler', 'delivery_log'];
const OLDEST = 14;
const TRIED = 18;
const CLOCK_WARN_MS = 500;
const CLOCK_FAIL_MS = 5_000;

/**
 * @param {import('./settings.mjs').Settings} settings
 * @returns {Promise<Finding[]>}
 */
export async function postgresFindings({ common, databaseUrl }) {
  if (!databaseUrl)
    return [{ check: 'postgres', status: 'unknown', says: 'DATABASE_URL is not set, or wrong' }];
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: 5_000,
    query_timeout: 10_000,
  });
  client.on('error', () => {}); // the query under way reports it
  try {
    await client.connect();
    return await look(client, common?.databasePoolMax ?? 10);
  } catch (error) {
    return [unreachable(/** @type {Error & { code?: string }} */ (error), databaseUrl)];
  } finally {
    await client.end().catch(() => {});
  }
}

/** @param {pg.Client} client @param {number} poolMax @returns {Promise<Finding[]>} */
async function look(client, poolMax) {
  const { rows } =
    await client.query(`SELECT name, setting FROM pg_settings WHERE name IN ('server_version_num',
    'server_version', 'fsync', 'full_page_writes', 'synchronous_commit', 'max_connections', 'server_encoding')`);
  const of = (/** @type {string} */ name) => rows.find((row) => row.name === name)?.setting ?? '';
  return [
    version(Number(of('server_version_num')), of('server_version')),
    ...['fsync', 'full_page_writes', 'synchronous_commit'].filter((name) => of(name) === 'off').map(unsafe),
    await clock(client),
    await connections(client, Number(of('max_connections')), poolMax),
    await session(client),
    ...(await rights(client)),
  ];
}

/** @param {number} number @param {string} text @returns {Finding} */
function version(number, text) {
  const check = 'postgres.version';
  const major = Math.floor(number / 10_000);
  if (major >= TRIED) return { check, status: 'ok', says: text };
  const old = major < OLDEST;
  return {
    check,
    status: old ? 'fail' : 'warn',
    says: old ? `${text} is no longer maintained` : `${text}; Posthorn is tried with ${TRIED}`,
    todo: `upgrade PostgreSQL to ${TRIED}`,
  };
}

/** @param {string} name @returns {Finding} */
function unsafe(name) {
  return {
    check: 'postgres.durability',
    status: 'fail',
    says: `${name} is off: what was answered with 201 can disappear in a crash`,
    todo: `turn ${name} on`,
  };
}

/**
 * The shortest of some round trips says most about the difference.
 * @param {pg.Client} client
 * @returns {Promise<Finding>}
 */
async function clock(client) {
  const check = 'clock';
  let best = { trip: Infinity, off: 0 };
  for (let i = 0; i < 5; i++) {
    const [sent, began] = [Date.now(), performance.now()];
    const { rows } = await client.query('SELECT extract(epoch FROM clock_timestamp()) * 1000 AS now');
    const trip = performance.now() - began;
    if (trip < best.trip) best = { trip, off: Number(rows[0].now) - (sent + trip / 2) };
  }
  const off = Math.round(Math.max(0, Math.abs(best.off) - best.trip / 2));
  const says = `${off} ms between this machine and PostgreSQL’s`;
  if (off <= CLOCK_WARN_MS) return { check, status: 'ok', says };
  return {
    check,
    status: off > CLOCK_FAIL_MS ? 'fail' : 'warn',
    says: `${says}: retries come so much too early or too late`,
    todo: 'synchronise both by NTP (chronyd, systemd-timesyncd)',
  };
}

/** @param {pg.Client} client @param {number} max @param {number} poolMax @returns {Promise<Finding>} */
async function connections(client, max, poolMax) {
  const check = 'postgres.connections';
  const { rows } = await client.query('SELECT count(*)::int AS used FROM pg_stat_activity');
  const needed = SCHEMAS.length * (poolMax + 3);
  const says = `${rows[0].used} of ${max} in use; one instance of each service takes up to ${needed}`;
  if (needed < max) return { check, status: 'ok', says };
  return { check, status: 'fail', says, todo: 'raise max_connections, or lower POSTHORN_DATABASE_POOL' };
}

/**
 * What a pooler in transaction mode takes away: locks that a session holds.
 * @param {pg.Client} client
 * @returns {Promise<Finding>}
 */
async function session(client) {
  const check = 'postgres.session';
  const pid = async () => (await client.query('SELECT pg_backend_pid() AS pid')).rows[0].pid;
  const first = await pid();
  await client.query("SELECT pg_advisory_lock(hashtextextended('posthorn doctor', 0))");
  const held = await client.query(
    "SELECT pg_advisory_unlock(hashtextextended('posthorn doctor', 0)) AS held",
  );
  if (first === (await pid()) && held.rows[0].held)
    return { check, status: 'ok', says: 'one connection, one session' };
  return {
    check,
    status: 'fail',
    says: 'a pooler in between gives every transaction another session',
    todo: 'connect to PostgreSQL itself, or to the pooler in session mode',
  };
}

/** @param {pg.Client} client @returns {Promise<Finding[]>} */
async function rights(client) {
  const check = 'postgres.schemas';
  const { rows } = await client.query(
    `SELECT s.name, n.oid IS NOT NULL AS exists,
            COALESCE(has_schema_privilege(n.oid, 'USAGE') AND has_schema_privilege(n.oid, 'CREATE'), false) AS usable,
            to_regclass(s.name || '.migrations') IS NOT NULL AS migrated
       FROM unnest($1::text[]) AS s(name) LEFT JOIN pg_namespace n ON n.nspname = s.name`,
    [SCHEMAS],
  );
  const me = await client.query(`SELECT rolsuper OR (rolcreaterole AND
    has_database_privilege(current_database(), 'CREATE')) AS makes FROM pg_roles WHERE rolname = current_user`);
  const mayMake = me.rows[0]?.makes === true;
  const usable = rows.filter((row) => row.usable);
  if (!mayMake && usable.length === 0)
    return [
      {
        check,
        status: 'fail',
        says: 'this user can neither make the schemas nor use one of them',
        todo: 'let an administrator run CREATE SCHEMA <schema> AUTHORIZATION <user> for each service',
      },
    ];
  const migrated = rows.filter((row) => row.migrated).map((row) => row.name);
  const says =
    migrated.length > 0 ? `made: ${migrated.join(', ')}` : 'not made yet; the first start makes them';
  return [
    { check, status: 'ok', says: `${says}${mayMake ? '' : ` (this user has ${usable.length} of them)`}` },
  ];
}

/** @param {Error & { code?: string }} error @param {string} url @returns {Finding} */
function unreachable(error, url) {
  const { code = '', message } = error;
  const host = URL.canParse(url) ? new URL(url).host : 'the server';
  /** @type {Record<string, string>} */
  const todos = {
    ENOTFOUND: 'the name does not resolve here: check DATABASE_URL, and DNS',
    ECONNREFUSED: 'nothing listens there: is PostgreSQL up, is the port right?',
    '28P01': 'user or password are wrong',
    28000: 'the server does not let this user in from here (pg_hba.conf)',
    '3D000': 'make the database: CREATE DATABASE',
    53300: 'raise max_connections, or lower POSTHORN_DATABASE_POOL',
  };
  const todo = todos[code] ?? 'look at the log of PostgreSQL';
  return { check: 'postgres.connection', status: 'fail', says: `${host}: ${message || code}`, todo };
}
