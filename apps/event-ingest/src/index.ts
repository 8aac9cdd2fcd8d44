export { EventIngestSettings } from './event-ingest.config.js';
export { EVENT_INGEST_TRANSPORT } from './event-ingest.consumer.js';
export { EventIngestModule } from './event-ingest.module.js';
export { eventIngestMetrics } from './metrics.js';
