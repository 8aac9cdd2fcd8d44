export { DeliveryLogSettings } from './delivery-log.config.js';
export { DeliveryLogModule } from './delivery-log.module.js';
export { DELIVERY_LOG_TRANSPORT } from './delivery-log.transport.js';
export { deliveryLogMetrics } from './metrics.js';
