export { bodyMaxBytes } from './answer.js';
export { serveDocs } from './docs.js';
export { createDemoTenants, type DemoTenant } from './demo-tenants.js';
export { SubscriptionApiSettings } from './subscription-api.config.js';
export { SubscriptionApiModule } from './subscription-api.module.js';
