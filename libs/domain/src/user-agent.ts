/** What receivers see of us, in deliveries and verifications alike. */
export const userAgent = 'Posthorn/1 (+webhooks)';
