/** How a dashboard of dashboards.mjs looks to Grafana. */

const datasource = { type: 'prometheus', uid: '${datasource}' };
const columns = 24;
const heights = { stat: 5, table: 8, timeseries: 8, heatmap: 8 };

/** @param {import('./dashboards.mjs').Dashboard} dashboard */
export function grafanaJson({ uid, title, about, rows }) {
  return {
    uid,
    title,
    description: about,
    tags: ['posthorn'],
    schemaVersion: 41,
    version: 1,
    editable: false,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    timezone: 'browser',
    templating: {
      list: [
        { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus', current: {} },
      ],
    },
    links: [{ title: 'Posthorn', type: 'dashboards', tags: ['posthorn'], asDropdown: true, keepTime: true }],
    panels: placed(rows),
  };
}

/** Rows of panels from left to right; a panel that does not fit begins a new line. */
function placed(/** @type {import('./dashboards.mjs').Dashboard['rows']} */ rows) {
  const panels = [];
  let y = 0;
  let id = 0;
  for (const [title, members] of rows) {
    panels.push({
      id: ++id,
      type: 'row',
      title,
      collapsed: false,
      panels: [],
      gridPos: { x: 0, y, w: columns, h: 1 },
    });
    y += 1;
    let x = 0;
    let height = 0;
    for (const panel of members) {
      const { type = 'timeseries' } = panel;
      const w = panel.width ?? (type === 'stat' ? 6 : type === 'table' ? 12 : 8);
      if (x + w > columns) [x, y, height] = [0, y + height, 0];
      panels.push(panelJson(panel, ++id, { x, y, w, h: heights[type] }));
      x += w;
      height = Math.max(height, heights[type]);
    }
    y += height;
  }
  return panels;
}

/** @param {import('./dashboards.mjs').Panel} panel @param {number} id @param {object} gridPos */
function panelJson(panel, id, gridPos) {
  const { title, about, type = 'timeseries', unit = 'short', empty } = panel;
  const description = [about, empty && `Empty where ${empty}.`].filter(Boolean).join(' ');
  return {
    id,
    type,
    title,
    ...(description ? { description } : {}),
    gridPos,
    datasource,
    fieldConfig: { defaults: fieldDefaults(panel, unit), overrides: [] },
    options: optionsOf(type),
    targets: queriesOf(panel).map(([expr, legendFormat], at) => ({
      refId: String.fromCharCode(65 + at),
      datasource,
      expr,
      legendFormat,
      ...(type === 'table' ? { format: 'table', instant: true } : {}),
    })),
  };
}

/** @param {import('./dashboards.mjs').Panel} panel @returns {[string, string][]} */
export function queriesOf({ expr }) {
  return typeof expr === 'string' ? [[expr, '']] : expr;
}

/** @param {import('./dashboards.mjs').Panel} panel @param {string} unit */
function fieldDefaults({ type = 'timeseries', thresholds, max, stack }, unit) {
  const steps = (thresholds ?? [[0, 'green']]).map(([value, color], at) => ({
    color,
    value: at === 0 ? null : value,
  }));
  return {
    unit,
    min: 0,
    ...(max === undefined ? {} : { max }),
    color: { mode: type === 'timeseries' ? 'palette-classic' : 'thresholds' },
    thresholds: { mode: 'absolute', steps },
    ...(type === 'timeseries'
      ? {
          custom: {
            drawStyle: 'line',
            lineWidth: 1,
            fillOpacity: stack ? 30 : 8,
            showPoints: 'never',
            spanNulls: false,
            stacking: { mode: stack ? 'normal' : 'none', group: 'A' },
          },
        }
      : {}),
  };
}

/** @param {string} type */
function optionsOf(type) {
  if (type === 'stat')
    return {
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
      colorMode: 'value',
      graphMode: 'area',
    };
  if (type === 'table') return { showHeader: true, cellHeight: 'sm' };
  return {
    legend: { displayMode: 'table', placement: 'bottom', calcs: ['lastNotNull', 'max'] },
    tooltip: { mode: 'multi', sort: 'desc' },
  };
}
