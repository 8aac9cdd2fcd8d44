// The dashboards, as code. `node deploy/grafana/generate.mjs` writes them to dashboards/*.json;
// `npm run ops:check` compares, and evaluates every query against a stack that runs.

/**
 * A panel. `expr` may be several queries; `empty` says why a query may answer nothing although all is well.
 * @typedef {{
 *   title: string,
 *   about?: string,
 *   type?: 'timeseries' | 'stat' | 'table' | 'heatmap',
 *   unit?: string,
 *   width?: number,
 *   max?: number,
 *   stack?: boolean,
 *   thresholds?: [number, string][],
 *   expr: string | [string, string][],
 *   empty?: string,
 * }} Panel
 * @typedef {{ uid: string, title: string, about: string, rows: [string, Panel[]][] }} Dashboard
 */

const rate = (/** @type {string} */ metric, labels = '') => `rate(${metric}{${labels}}[$__rate_interval])`;
const sumRate = (/** @type {string} */ metric, by = '', labels = '') =>
  by ? `sum by (${by}) (${rate(metric, labels)})` : `sum(${rate(metric, labels)})`;

/** @param {number} q @param {string} metric @param {string} [labels] @param {string} [by] */
const quantile = (q, metric, labels = '', by = '') =>
  `histogram_quantile(${q}, sum by (${by ? `${by}, ` : ''}le) (${rate(`${metric}_bucket`, labels)}))`;

/** @param {string} metric @param {string} [labels] @returns {[string, string][]} */
const percentiles = (metric, labels = '') => [
  [quantile(0.5, metric, labels), 'p50'],
  [quantile(0.95, metric, labels), 'p95'],
  [quantile(0.99, metric, labels), 'p99'],
];

const healthy = 'posthorn_receiver="healthy"';
const group = 'messaging_consumer_group_name';
const topic = 'messaging_destination_name';
const client = 'messaging_client_id';
const pool = 'db_client_connection_pool_name';
const tenant = 'posthorn_tenant_id';

/** @type {Panel[]} */
const objectives = [
  {
    title: 'First attempt within 1 s, 24 h (objective 99 %)',
    about:
      'Of events whose receivers are healthy, the share whose first attempt began within a second of being accepted.',
    type: 'stat',
    unit: 'percentunit',
    thresholds: [
      [0, 'red'],
      [0.99, 'green'],
    ],
    expr: 'posthorn:first_attempt:good_ratio_rate1d',
  },
  {
    title: 'Success of healthy receivers, 24 h (objective 99.5 %)',
    about: 'Of attempts at receivers that had taken everything before, the share that was accepted.',
    type: 'stat',
    unit: 'percentunit',
    thresholds: [
      [0, 'red'],
      [0.995, 'green'],
    ],
    expr: 'posthorn:healthy_receivers:good_ratio_rate1d',
  },
  {
    title: 'Expired, 30 days (objective: none)',
    about: 'Ranges of events that left the log, or became too old, before anybody could send them.',
    type: 'stat',
    thresholds: [
      [0, 'green'],
      [1, 'red'],
    ],
    expr: 'sum(increase(posthorn_deliveries_finished_total{posthorn_outcome="expired"}[30d]))',
  },
  {
    title: 'Accepted → first attempt, p99',
    about: 'Healthy receivers only.',
    type: 'stat',
    unit: 's',
    thresholds: [
      [0, 'green'],
      [1, 'red'],
    ],
    expr: quantile(0.99, 'posthorn_delivery_first_attempt_delay_seconds', healthy),
  },
];

/** @type {Dashboard} */
const overview = {
  uid: 'posthorn-overview',
  title: 'Posthorn / Overview',
  about: 'Whether Posthorn does what it promises.',
  rows: [
    ['Service-level objectives', objectives],
    [
      'Now',
      [
        {
          title: 'Alerts that fire',
          type: 'table',
          width: 12,
          expr: 'ALERTS{alertname=~"Posthorn.*", alertstate="firing"}',
          empty: 'nothing fires',
        },
        {
          title: 'Checks that are not ready',
          type: 'table',
          width: 12,
          expr: 'posthorn_health_ratio == 0',
          empty: 'every service is ready',
        },
      ],
    ],
    [
      'Traffic',
      [
        {
          title: 'Events',
          unit: 'cps',
          expr: [
            [sumRate('posthorn_events_accepted_total', 'posthorn_source'), 'accepted, {{posthorn_source}}'],
            [sumRate('posthorn_events_rejected_total'), 'rejected'],
          ],
        },
        {
          title: 'Deliveries that ended',
          unit: 'cps',
          expr: [[sumRate('posthorn_deliveries_finished_total', 'posthorn_outcome'), '{{posthorn_outcome}}']],
        },
        {
          title: 'Accepted → delivered, first attempts',
          unit: 's',
          expr: percentiles('posthorn_delivery_duration_seconds', 'posthorn_attempt="first"'),
        },
        {
          title: 'Failing subscriptions',
          expr: [
            ['sum(posthorn_subscriptions_failing)', 'failing'],
            ['sum(posthorn_subscriptions_parked)', 'parked'],
          ],
        },
      ],
    ],
    [
      'Error budgets',
      [
        {
          title: 'Burn rate: first attempt (1 = budget lasts 30 days)',
          expr: [
            ['posthorn:first_attempt:error_ratio_rate1h / 0.01', '1 h'],
            ['posthorn:first_attempt:error_ratio_rate6h / 0.01', '6 h'],
          ],
        },
        {
          title: 'Burn rate: success of healthy receivers',
          expr: [
            ['posthorn:healthy_receivers:error_ratio_rate1h / 0.005', '1 h'],
            ['posthorn:healthy_receivers:error_ratio_rate6h / 0.005', '6 h'],
          ],
        },
      ],
    ],
  ],
};

/** @type {Dashboard} */
const pipeline = {
  uid: 'posthorn-pipeline',
  title: 'Posthorn / Pipeline',
  about: 'From publish to the delivery log: what flows, and where it waits.',
  rows: [
    [
      'Flow',
      [
        {
          title: 'Events and deliveries',
          unit: 'cps',
          expr: [
            [sumRate('posthorn_events_accepted_total'), 'accepted'],
            [sumRate('posthorn_events_read_total'), 'read by dispatchers'],
            [sumRate('posthorn_deliveries_matched_total'), 'matched'],
            [sumRate('posthorn_deliveries_finished_total'), 'ended'],
          ],
        },
        {
          title: 'Rejected, by reason',
          unit: 'cps',
          expr: [
            [
              sumRate('posthorn_events_rejected_total', 'posthorn_source, posthorn_code'),
              '{{posthorn_source}} {{posthorn_code}}',
            ],
          ],
        },
        {
          title: 'Repeats dropped, records nobody could apply',
          unit: 'cps',
          expr: [
            [sumRate('posthorn_events_repeated_total'), 'repeats'],
            [
              sumRate('posthorn_projection_rejected_total', 'posthorn_projection'),
              'unusable, {{posthorn_projection}}',
            ],
          ],
        },
        {
          title: 'Problems answered, by code',
          about: 'Conflicts, limits and refusals of the HTTP APIs.',
          unit: 'reqps',
          expr: [[sumRate('posthorn_problems_total', 'posthorn_code'), '{{posthorn_code}}']],
        },
      ],
    ],
    [
      'Lag',
      [
        {
          title: 'Records behind',
          expr: [[`sum by (${group}, ${topic}) (posthorn_consumer_lag)`, `{{${group}}} {{${topic}}}`]],
        },
        {
          title: 'Seconds behind',
          unit: 's',
          expr: [
            [`max by (${group}, ${topic}) (posthorn_consumer_lag_age_seconds)`, `{{${group}}} {{${topic}}}`],
          ],
        },
        {
          title: 'Projections: delay',
          unit: 's',
          expr: [
            ['max by (posthorn_projection) (posthorn_projection_delay_seconds)', '{{posthorn_projection}}'],
          ],
        },
        {
          title: 'Projections: applied',
          unit: 'cps',
          expr: [
            [sumRate('posthorn_projection_applied_total', 'posthorn_projection'), '{{posthorn_projection}}'],
          ],
        },
        {
          title: 'Projections: a batch takes (p99)',
          unit: 's',
          expr: [
            [
              quantile(0.99, 'posthorn_projection_batch_duration_seconds', '', 'posthorn_projection'),
              '{{posthorn_projection}}',
            ],
          ],
        },
        {
          title: 'Projections: buffered',
          expr: [['sum by (posthorn_projection) (posthorn_projection_buffered)', '{{posthorn_projection}}']],
        },
      ],
    ],
    [
      'Orders and outboxes',
      [
        {
          title: 'Open orders',
          expr: [
            ['max by (posthorn_job) (posthorn_jobs_open{posthorn_job!="export"})', '{{posthorn_job}}'],
            ['sum(posthorn_jobs_open{posthorn_job="export"})', 'export'],
          ],
        },
        {
          title: 'Longest without progress',
          unit: 's',
          expr: [['max by (posthorn_job) (posthorn_jobs_still_seconds)', '{{posthorn_job}}']],
        },
        {
          title: 'Oldest change that Kafka does not have',
          unit: 's',
          expr: [['max by (posthorn_outbox) (posthorn_outbox_age_seconds)', '{{posthorn_outbox}}']],
        },
      ],
    ],
    [
      'HTTP',
      [
        {
          title: 'Requests by route',
          unit: 'reqps',
          expr: [
            [
              sumRate('http_server_request_duration_seconds_count', 'http_request_method, http_route'),
              '{{http_request_method}} {{http_route}}',
            ],
          ],
        },
        {
          title: 'Answers by status',
          unit: 'reqps',
          expr: [
            [
              sumRate('http_server_request_duration_seconds_count', 'http_response_status_code'),
              '{{http_response_status_code}}',
            ],
          ],
        },
        {
          title: 'Publishing takes',
          unit: 's',
          expr: percentiles('http_server_request_duration_seconds', 'http_route="/v1/events"'),
        },
      ],
    ],
  ],
};

/** @type {Dashboard} */
const dispatcher = {
  uid: 'posthorn-dispatcher',
  title: 'Posthorn / Dispatcher',
  about: 'Partitions, lanes, permits and requests to receivers.',
  rows: [
    [
      'Partitions',
      [
        {
          title: 'Assigned, owned, paused',
          expr: [
            ['sum(posthorn_partitions_assigned)', 'assigned'],
            ['sum(posthorn_partitions_owned)', 'owned'],
            [`sum by (${topic}) (posthorn_partitions_paused)`, `paused, {{${topic}}}`],
          ],
        },
        {
          title: 'Ownership lost (5 min)',
          expr: [['sum(increase(posthorn_partitions_lost_total[5m]))', 'lost']],
        },
        {
          title: 'A takeover takes (p99, 1 h)',
          unit: 's',
          expr: [
            [
              'histogram_quantile(0.99, sum by (le) (rate(posthorn_takeover_duration_seconds_bucket[1h])))',
              'p99',
            ],
          ],
          empty: 'no partition moved within the hour',
        },
        {
          title: 'Fullest window (1: its partition pauses)',
          unit: 'percentunit',
          expr: [[`max by (${topic}) (posthorn_window_fill_ratio)`, `{{${topic}}}`]],
        },
      ],
    ],
    [
      'Lanes',
      [
        {
          title: 'Lanes by state',
          stack: true,
          expr: [['sum by (posthorn_lane_state) (posthorn_lanes)', '{{posthorn_lane_state}}']],
        },
        {
          title: 'Backlog by state',
          expr: [['sum by (posthorn_lane_state) (posthorn_backlog)', '{{posthorn_lane_state}}']],
        },
        {
          title: 'Oldest that waits, by state',
          unit: 's',
          expr: [['max by (posthorn_lane_state) (posthorn_backlog_age_seconds)', '{{posthorn_lane_state}}']],
        },
        {
          title: 'Lanes that wait for a permit',
          expr: [['sum by (posthorn_permit) (posthorn_lanes_waiting)', '{{posthorn_permit}}']],
        },
      ],
    ],
    [
      'Bounds',
      [
        {
          title: 'Requests under way',
          expr: [
            ['sum(posthorn_requests_in_flight)', 'under way'],
            ['sum(posthorn_requests_limit)', 'limit'],
          ],
        },
        {
          title: 'Events in memory',
          unit: 'bytes',
          expr: [
            ['sum by (posthorn_memory) (posthorn_memory_events_bytes)', '{{posthorn_memory}}'],
            ['sum(posthorn_memory_events_limit_bytes)', 'limit'],
          ],
        },
        {
          title: 'Connections to receivers',
          expr: [
            ['sum(posthorn_egress_sockets)', 'connections'],
            ['sum(posthorn_egress_origins)', 'receivers'],
          ],
        },
      ],
    ],
    [
      'Requests to receivers',
      [
        {
          title: 'Attempts by outcome',
          unit: 'reqps',
          expr: [
            [
              sumRate('posthorn_attempts_total', 'posthorn_outcome, posthorn_receiver'),
              '{{posthorn_outcome}}, {{posthorn_receiver}}',
            ],
          ],
        },
        {
          title: 'Failures by reason',
          about: 'dns, connect, tls, timeout, refused-address, reset, protocol, or the class of the status.',
          unit: 'reqps',
          expr: [
            [sumRate('posthorn_attempts_total', 'error_type', 'posthorn_outcome="failed"'), '{{error_type}}'],
          ],
        },
        {
          title: 'Receivers answer within',
          unit: 's',
          expr: percentiles('http_client_request_duration_seconds'),
        },
        {
          title: 'Phases, p99',
          unit: 's',
          expr: [
            [
              quantile(0.99, 'posthorn_egress_phase_duration_seconds', '', 'posthorn_phase'),
              '{{posthorn_phase}}',
            ],
          ],
        },
      ],
    ],
  ],
};

/** @type {Dashboard} */
const tenants = {
  uid: 'posthorn-tenants',
  title: 'Posthorn / Tenants and subscriptions',
  about:
    'Whose receivers fail. Only the tenants with the most attempts have series (POSTHORN_METRICS_TENANTS_MAX).',
  rows: [
    [
      'Subscriptions',
      [
        {
          title: 'By status',
          type: 'stat',
          width: 12,
          expr: [
            [
              'sum by (posthorn_subscription_status) (posthorn_subscriptions)',
              '{{posthorn_subscription_status}}',
            ],
          ],
        },
        {
          title: 'Failing share',
          type: 'stat',
          width: 6,
          unit: 'percentunit',
          expr: 'sum(posthorn_subscriptions_failing) / clamp_min(sum(posthorn_subscriptions{posthorn_subscription_status="active"}), 1)',
        },
        { title: 'Parked', type: 'stat', width: 6, expr: 'sum(posthorn_subscriptions_parked)' },
      ],
    ],
    [
      'Tenants',
      [
        {
          title: 'Most failing deliveries (1 h)',
          type: 'table',
          width: 12,
          expr: `topk(20, sum by (${tenant}) (increase(posthorn_tenant_attempts_total{posthorn_outcome="failed"}[1h])))`,
        },
        {
          title: 'Failing subscriptions by tenant',
          type: 'table',
          width: 12,
          expr: `topk(20, sum by (${tenant}) (posthorn_tenant_subscriptions_failing))`,
        },
        {
          title: 'Share of attempts that fail, by tenant',
          unit: 'percentunit',
          width: 12,
          expr: [[`topk(10, posthorn:tenant:failed_ratio_rate5m)`, `{{${tenant}}}`]],
        },
        {
          title: 'Failures by tenant',
          unit: 'reqps',
          width: 12,
          expr: [
            [
              `topk(10, ${sumRate('posthorn_tenant_attempts_total', tenant, 'posthorn_outcome="failed"')})`,
              `{{${tenant}}}`,
            ],
          ],
        },
        {
          title: 'Traffic by tenant',
          unit: 'reqps',
          width: 12,
          expr: [[`topk(10, ${sumRate('posthorn_tenant_attempts_total', tenant)})`, `{{${tenant}}}`]],
        },
      ],
    ],
  ],
};

/** @type {Dashboard} */
const retries = {
  uid: 'posthorn-retries',
  title: 'Posthorn / Retries',
  about: 'What failed, when it comes again, and whether that is in time.',
  rows: [
    [
      'Failures',
      [
        {
          title: 'Failed attempts, by how the receiver was doing',
          unit: 'reqps',
          expr: [
            [
              sumRate('posthorn_attempts_total', 'posthorn_receiver', 'posthorn_outcome="failed"'),
              '{{posthorn_receiver}}',
            ],
          ],
        },
        {
          title: 'Given up, expired, cancelled',
          unit: 'cps',
          expr: [
            [
              sumRate(
                'posthorn_deliveries_finished_total',
                'posthorn_outcome',
                'posthorn_outcome!="delivered"',
              ),
              '{{posthorn_outcome}}',
            ],
          ],
        },
        {
          title: 'Accepted → delivered after a retry',
          unit: 's',
          expr: percentiles('posthorn_delivery_duration_seconds', 'posthorn_attempt="later"'),
        },
        {
          title: 'Oldest parked lane',
          unit: 's',
          expr: [['max(posthorn_backlog_age_seconds{posthorn_lane_state="parked"})', 'parked']],
        },
      ],
    ],
    [
      'Timers',
      [
        {
          title: 'Timers handed over',
          unit: 'cps',
          expr: [[sumRate('posthorn_timer_lateness_seconds_count', 'posthorn_timer'), '{{posthorn_timer}}']],
        },
        {
          title: 'Lateness, p99',
          unit: 's',
          expr: [
            [quantile(0.99, 'posthorn_timer_lateness_seconds', '', 'posthorn_timer'), '{{posthorn_timer}}'],
          ],
        },
        {
          title: 'Timers that wait',
          expr: [['sum by (posthorn_timer) (posthorn_timers_waiting)', '{{posthorn_timer}}']],
        },
        {
          title: 'Longest wait for its turn',
          about: 'Of the timers that are due and not handed over.',
          unit: 's',
          expr: [['max by (posthorn_timer) (posthorn_timers_overdue_seconds)', '{{posthorn_timer}}']],
        },
        {
          title: 'Retries in the dispatcher',
          unit: 'bytes',
          expr: [['sum(posthorn_memory_events_bytes{posthorn_memory="due"})', 'single retries in memory']],
        },
        {
          title: 'Timers read',
          unit: 'cps',
          expr: [
            [
              sumRate('messaging_client_consumed_messages_total', topic, `${group}="retry-scheduler"`),
              `{{${topic}}}`,
            ],
          ],
        },
      ],
    ],
  ],
};

/** @type {Dashboard} */
const stores = {
  uid: 'posthorn-stores',
  title: 'Posthorn / Kafka and PostgreSQL',
  about: 'Both as the services see them.',
  rows: [
    [
      'Kafka',
      [
        {
          title: 'Producers: Kafka takes records',
          unit: 'bool_yes_no',
          max: 1,
          expr: [[`min by (${client}) (posthorn_producer_up_ratio)`, `{{${client}}}`]],
        },
        {
          title: 'Records written',
          unit: 'cps',
          expr: [[sumRate('messaging_client_sent_messages_total', client, 'error_type=""'), `{{${client}}}`]],
        },
        {
          title: 'Acknowledged within, p99',
          unit: 's',
          expr: [
            [quantile(0.99, 'messaging_client_operation_duration_seconds', '', client), `{{${client}}}`],
          ],
        },
        {
          title: 'Waiting to be acknowledged',
          expr: [[`sum by (${client}) (posthorn_producer_queued)`, `{{${client}}}`]],
        },
        {
          title: 'Records read',
          unit: 'cps',
          expr: [
            [
              sumRate('messaging_client_consumed_messages_total', `${group}, ${topic}`),
              `{{${group}}} {{${topic}}}`,
            ],
          ],
        },
        {
          title: 'Records that Kafka refused for good',
          unit: 'cps',
          expr: [
            [sumRate('messaging_client_sent_messages_total', client, 'error_type!=""'), `{{${client}}}`],
          ],
        },
      ],
    ],
    [
      'PostgreSQL',
      [
        {
          title: 'Answers',
          unit: 'bool_yes_no',
          max: 1,
          expr: [[`min by (${pool}) (posthorn_database_up_ratio)`, `{{${pool}}}`]],
        },
        {
          title: 'Connections',
          expr: [
            [
              `sum by (${pool}, db_client_connection_state) (db_client_connection_count)`,
              `{{${pool}}} {{db_client_connection_state}}`,
            ],
            [`sum by (${pool}) (db_client_connection_max)`, `{{${pool}}} max`],
          ],
        },
        {
          title: 'Waiting for a connection',
          expr: [[`sum by (${pool}) (db_client_connection_pending_requests)`, `{{${pool}}}`]],
        },
        {
          title: 'Statements and transactions',
          unit: 'ops',
          expr: [
            [
              sumRate('db_client_operation_duration_seconds_count', `${pool}, db_operation_name`),
              `{{${pool}}} {{db_operation_name}}`,
            ],
          ],
        },
        {
          title: 'They take, p99',
          unit: 's',
          expr: [
            [
              quantile(0.99, 'db_client_operation_duration_seconds', '', `${pool}, db_operation_name`),
              `{{${pool}}} {{db_operation_name}}`,
            ],
          ],
        },
        {
          title: 'Failed',
          unit: 'ops',
          expr: [
            [sumRate('db_client_operation_duration_seconds_count', pool, 'error_type!=""'), `{{${pool}}}`],
          ],
        },
      ],
    ],
  ],
};

/** @type {Dashboard} */
const node = {
  uid: 'posthorn-node',
  title: 'Posthorn / Node runtime',
  about: 'The processes.',
  rows: [
    [
      'Processes',
      [
        {
          title: 'CPU',
          unit: 'percentunit',
          expr: [
            [`sum by (job, instance) (${rate('process_cpu_time_seconds_total')})`, '{{job}} {{instance}}'],
          ],
        },
        { title: 'Memory', unit: 'bytes', expr: [['process_memory_usage_bytes', '{{job}} {{instance}}']] },
        {
          title: 'Heap in use',
          unit: 'percentunit',
          max: 1,
          expr: [['v8js_memory_heap_used_bytes / v8js_memory_heap_limit_bytes', '{{job}} {{instance}}']],
        },
        { title: 'Uptime', unit: 's', expr: [['process_uptime_seconds', '{{job}} {{instance}}']] },
      ],
    ],
    [
      'Event loop',
      [
        {
          title: 'Utilization',
          unit: 'percentunit',
          max: 1,
          expr: [['nodejs_eventloop_utilization_ratio', '{{job}} {{instance}}']],
        },
        {
          title: 'Delay, p99',
          unit: 's',
          expr: [['nodejs_eventloop_delay_p99_seconds', '{{job}} {{instance}}']],
        },
        {
          title: 'Longest delay',
          unit: 's',
          expr: [['nodejs_eventloop_delay_max_seconds', '{{job}} {{instance}}']],
        },
        {
          title: 'Garbage collection: share of the time',
          unit: 'percentunit',
          expr: [
            [
              `sum by (job, instance, v8js_gc_type) (${rate('v8js_gc_duration_seconds_sum')})`,
              '{{job}} {{instance}} {{v8js_gc_type}}',
            ],
          ],
        },
      ],
    ],
  ],
};

/** @type {Dashboard[]} */
export const dashboards = [overview, pipeline, dispatcher, tenants, retries, stores, node];
