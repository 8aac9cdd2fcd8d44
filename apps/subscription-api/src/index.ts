export { bodyMaxBytes } from './answer.js';
export { serveDevReceiver } from './dev-receiver/dev-receiver.js';
export { serveDocs } from './docs.js';
export { pagePolicy, servePortal } from './portal.js';
export { createDemoTenants, type DemoTenant } from './demo-tenants.js';
export { SubscriptionApiSettings } from './subscription-api.config.js';
export { SubscriptionApiModule } from './subscription-api.module.js';
