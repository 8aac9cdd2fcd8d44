export { isNetwork, isPublicAddress } from './address.js';
export { isNameServer } from './resolver.js';
export { EgressClient, type EgressStats, type UrlCheck } from './egress-client.js';
export { type EgressReason, type EgressRequest, type EgressResult, type EgressTimings } from './result.js';
export { defaultEgressSettings, type DnsSettings, type EgressSettings } from './settings.js';
