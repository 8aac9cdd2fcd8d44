export { DispatcherSettings } from './dispatcher.config.js';
export { DispatcherModule } from './dispatcher.module.js';
export { DISPATCHER_TRANSPORT } from './transport.js';
export { dispatcherMetrics } from './metrics.js';
