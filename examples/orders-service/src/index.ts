export { OrdersModule } from './orders.module.js';
export { type OrdersSettings, settingsFrom } from './settings.js';
