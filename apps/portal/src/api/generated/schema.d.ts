// Made by `npm run api:client`.
export interface paths {
    "/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["RootController_about"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/vendor/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["WebhookController_list"];
        put?: never;
        post: operations["WebhookController_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/vendor/webhooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["WebhookController_find"];
        put: operations["WebhookController_replace"];
        post?: never;
        delete: operations["WebhookController_delete"];
        options?: never;
        head?: never;
        patch: operations["WebhookController_update"];
        trace?: never;
    };
    "/health/delivery-log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["ProjectionController_delay"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["HealthController_live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["HealthController_ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["InstallationAuditController_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["InstallationAuditController_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["EventIngestController_publish"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/secrets/reseal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["ResealController_reseal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["SessionController_find"];
        put?: never;
        post: operations["SessionController_logIn"];
        delete: operations["SessionController_logOut"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/session/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["SessionController_useLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/session/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["SessionController_changePassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["TenantController_list"];
        put?: never;
        post: operations["TenantController_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenantId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["TenantController_find"];
        put?: never;
        post?: never;
        delete: operations["TenantController_delete"];
        options?: never;
        head?: never;
        patch: operations["TenantController_change"];
        trace?: never;
    };
    "/v1/tenants/{tenantId}/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["AuditController_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenantId}/audit/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["AuditController_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenantId}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Deliveries, newest first */
        get: operations["DeliveryLogController_listDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenantId}/deliveries/{deliveryId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A delivery with all its attempts */
        get: operations["DeliveryLogController_getDelivery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenantId}/deliveries/{deliveryId}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Try a delivery again now */
        post: operations["DeliveryLogController_retryDelivery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenantId}/deliveries/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Deliveries as CSV or NDJSON, streamed */
        get: operations["ExportController_deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenantId}/erasures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Erasures, newest first */
        get: operations["ErasureController_list"];
        put?: never;
        /** Erase what the log holds of a subscription, an entity or the tenant */
        post: operations["ErasureController_erase"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenantId}/erasures/{erasureId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An erasure and how far it is */
        get: operations["ErasureController_find"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenantId}/event-types": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["EventTypeController_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenantId}/event-types/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["EventTypeController_find"];
        put: operations["EventTypeController_set"];
        post?: never;
        delete: operations["EventTypeController_remove"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenantId}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Events, newest first */
        get: operations["DeliveryLogController_listEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenantId}/events/{eventId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An event, its deliveries, and why there are no others */
        get: operations["DeliveryLogController_getEvent"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenantId}/events/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Events as CSV or NDJSON, streamed */
        get: operations["ExportController_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenantId}/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["ApiKeyController_list"];
        put?: never;
        post: operations["ApiKeyController_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenantId}/keys/{keyId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["ApiKeyController_revoke"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenantId}/portal-links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["PortalLinkController_list"];
        put?: never;
        post: operations["PortalLinkController_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenantId}/portal-links/{linkId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["PortalLinkController_revoke"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenantId}/replays": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Replays, newest first */
        get: operations["ReplayController_list"];
        put?: never;
        /** Send events again; with dryRun, 200 and {count, estimated} */
        post: operations["ReplayController_order"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenantId}/replays/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A replay and its progress */
        get: operations["ReplayController_find"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenantId}/replays/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop a replay; what is on its way is finished */
        post: operations["ReplayController_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenantId}/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Counts and latencies by minute, hour or day, and what waits now */
        get: operations["StatsController_stats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenantId}/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Live deliveries as Server-Sent Events; Last-Event-ID goes on behind that one */
        get: operations["StreamController_stream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenantId}/subscriptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["SubscriptionController_list"];
        put?: never;
        post: operations["SubscriptionController_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenantId}/subscriptions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["SubscriptionController_find"];
        put: operations["SubscriptionController_replace"];
        post?: never;
        delete: operations["SubscriptionController_delete"];
        options?: never;
        head?: never;
        patch: operations["SubscriptionController_merge"];
        trace?: never;
    };
    "/v1/tenants/{tenantId}/subscriptions/{id}/{order}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["SubscriptionOrdersController_give"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenantId}/subscriptions/{id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["AuditController_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenantId}/subscriptions/{id}/match": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["SubscriptionMatchController_match"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenantId}/subscriptions/{id}/poll": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What there is for a polled subscription */
        get: operations["PollController_poll"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenantId}/subscriptions/{id}/render": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["SubscriptionProbeController_render"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenantId}/subscriptions/{id}/secrets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["SubscriptionSecretsController_list"];
        put?: never;
        post: operations["SubscriptionSecretsController_rotate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenantId}/subscriptions/{id}/secrets/{secretId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["SubscriptionSecretsController_end"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenantId}/subscriptions/{id}/state": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["AuditController_asOf"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenantId}/subscriptions/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["SubscriptionProbeController_test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenantId}/subscriptions/{id}/verify-signature": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["SubscriptionProbeController_verify"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenantId}/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["UserController_list"];
        put?: never;
        post: operations["UserController_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenantId}/users/{userId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["UserController_find"];
        put?: never;
        post?: never;
        delete: operations["UserController_remove"];
        options?: never;
        head?: never;
        patch: operations["UserController_change"];
        trace?: never;
    };
    "/v1/tenants/{tenantId}/users/{userId}/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["UserController_resetPassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenantId}/waiting": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What waits, and why */
        get: operations["DeliveryLogController_listWaiting"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["OperatorController_list"];
        put?: never;
        post: operations["OperatorController_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{userId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["OperatorController_find"];
        put?: never;
        post?: never;
        delete: operations["OperatorController_remove"];
        options?: never;
        head?: never;
        patch: operations["OperatorController_change"];
        trace?: never;
    };
    "/v1/users/{userId}/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["OperatorController_resetPassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Problem: {
            code: string;
            detail: string;
            errors?: Record<string, never>[];
            instance: string;
            requestId: string;
            status: number;
            title: string;
            type: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    RootController_about: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    WebhookController_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        createdAt: string;
                        events: string[];
                        id: string;
                        /** @enum {string} */
                        status: "active" | "inactive";
                        url: string;
                    }[];
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    WebhookController_create: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    events: string[];
                    /** Format: uri */
                    url: string;
                };
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        createdAt: string;
                        events: string[];
                        id: string;
                        secret?: string;
                        /** @enum {string} */
                        status: "active" | "inactive";
                        url: string;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    WebhookController_find: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        createdAt: string;
                        events: string[];
                        id: string;
                        /** @enum {string} */
                        status: "active" | "inactive";
                        url: string;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    WebhookController_replace: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    events?: string[];
                    /** @enum {string} */
                    status?: "active" | "inactive";
                    /** Format: uri */
                    url?: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        createdAt: string;
                        events: string[];
                        id: string;
                        /** @enum {string} */
                        status: "active" | "inactive";
                        url: string;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    WebhookController_delete: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It will take effect soon */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    WebhookController_update: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    events?: string[];
                    /** @enum {string} */
                    status?: "active" | "inactive";
                    /** Format: uri */
                    url?: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        createdAt: string;
                        events: string[];
                        id: string;
                        /** @enum {string} */
                        status: "active" | "inactive";
                        url: string;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ProjectionController_delay: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        delayMs: number;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    HealthController_live: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    HealthController_ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    InstallationAuditController_list: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            actor: string;
                            /** @enum {string} */
                            aggregate: "tenant" | "api-key" | "subscription" | "user" | "portal-link" | "session-key" | "event-type" | "replay" | "erasure" | "delivery";
                            at: string;
                            changes: Record<string, never>;
                            id: string;
                            origin: null | string;
                            seq: string;
                            type: string;
                            version: number;
                        }[];
                        nextCursor: null | string;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    InstallationAuditController_export: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    EventIngestController_publish: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/cloudevents-batch+json": {
                    data?: unknown;
                    /** @description Required unless there is an id */
                    entity?: {
                        id: string;
                        name: string;
                    };
                    id?: string;
                    tenantId: string;
                    /** Format: date-time */
                    timestamp: string;
                    type: string;
                } | {
                    data?: unknown;
                    /** @description Required unless there is an id */
                    entity?: {
                        id: string;
                        name: string;
                    };
                    id?: string;
                    tenantId: string;
                    /** Format: date-time */
                    timestamp: string;
                    type: string;
                }[];
                "application/cloudevents+json": {
                    data?: unknown;
                    /** @description Required unless there is an id */
                    entity?: {
                        id: string;
                        name: string;
                    };
                    id?: string;
                    tenantId: string;
                    /** Format: date-time */
                    timestamp: string;
                    type: string;
                } | {
                    data?: unknown;
                    /** @description Required unless there is an id */
                    entity?: {
                        id: string;
                        name: string;
                    };
                    id?: string;
                    tenantId: string;
                    /** Format: date-time */
                    timestamp: string;
                    type: string;
                }[];
                "application/json": {
                    data?: unknown;
                    /** @description Required unless there is an id */
                    entity?: {
                        id: string;
                        name: string;
                    };
                    id?: string;
                    tenantId: string;
                    /** Format: date-time */
                    timestamp: string;
                    type: string;
                } | {
                    data?: unknown;
                    /** @description Required unless there is an id */
                    entity?: {
                        id: string;
                        name: string;
                    };
                    id?: string;
                    tenantId: string;
                    /** Format: date-time */
                    timestamp: string;
                    type: string;
                }[];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        accepted: {
                            id: string;
                        }[];
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ResealController_reseal: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    all?: boolean;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        events: number;
                        subscriptions: number;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    SessionController_find: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        /** @enum {string} */
                        role?: "operator" | "tenant-admin" | "tenant-viewer";
                        scopes: string[];
                        tenantId: null | string;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    SessionController_logIn: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: email */
                    email: string;
                    password: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        /** @enum {string} */
                        role: "operator" | "tenant-admin" | "tenant-viewer";
                        tenantId: null | string;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    SessionController_logOut: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    SessionController_useLink: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    token: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        /** @enum {string} */
                        role: "operator" | "tenant-admin" | "tenant-viewer";
                        tenantId: null | string;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    SessionController_changePassword: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    current: string;
                    new: string;
                };
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    TenantController_list: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            createdAt: string;
                            id: string;
                            name: string;
                            /** @enum {string} */
                            profile: "brutlers" | "brz365" | "standard" | "cloudevents";
                            version: number;
                        }[];
                        nextCursor: null | string;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    TenantController_create: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    id: string;
                    name?: string;
                    /** @enum {string} */
                    profile: "brutlers" | "brz365" | "standard" | "cloudevents";
                };
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        createdAt: string;
                        id: string;
                        name: string;
                        /** @enum {string} */
                        profile: "brutlers" | "brz365" | "standard" | "cloudevents";
                        version: number;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    TenantController_find: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        createdAt: string;
                        id: string;
                        name: string;
                        /** @enum {string} */
                        profile: "brutlers" | "brz365" | "standard" | "cloudevents";
                        version: number;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    TenantController_delete: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: string;
            };
            path: {
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It will take effect soon */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    TenantController_change: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: string;
            };
            path: {
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        createdAt: string;
                        id: string;
                        name: string;
                        /** @enum {string} */
                        profile: "brutlers" | "brz365" | "standard" | "cloudevents";
                        version: number;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    AuditController_list: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            actor: string;
                            /** @enum {string} */
                            aggregate: "tenant" | "api-key" | "subscription" | "user" | "portal-link" | "session-key" | "event-type" | "replay" | "erasure" | "delivery";
                            at: string;
                            changes: Record<string, never>;
                            id: string;
                            origin: null | string;
                            seq: string;
                            type: string;
                            version: number;
                        }[];
                        nextCursor: null | string;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    AuditController_export: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    DeliveryLogController_listDeliveries: {
        parameters: {
            query?: {
                cursor?: string;
                entityId?: string;
                entityName?: string;
                eventId?: string;
                eventType?: string;
                from?: string;
                limit?: number;
                status?: "waiting" | "delivered" | "failed" | "expired" | "cancelled" | "pending";
                statusClass?: "2xx" | "3xx" | "4xx" | "5xx" | "none";
                subscriptionId?: string;
                to?: string;
            };
            header?: never;
            path: {
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deliveries, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            acceptedAt: null | string;
                            attemptCount: number;
                            entity: null | {
                                id: string;
                                name: string;
                            };
                            eventId: string;
                            eventType: string;
                            finishedAt: null | string;
                            firstAttemptAt: null | string;
                            id: string;
                            lastError: null | string;
                            lastStatus: null | number;
                            nextAttemptAt: null | string;
                            reason: null | string;
                            reasonCode: null | "paused" | "parked" | "retrying" | "behind-parked" | "catching-up" | "its-turn";
                            replayId: null | string;
                            seq: number;
                            status: string;
                            subscriptionId: string;
                        }[];
                        nextCursor: null | string;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    DeliveryLogController_getDelivery: {
        parameters: {
            query?: {
                eventId?: string;
            };
            header?: never;
            path: {
                deliveryId: string;
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A delivery with all its attempts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date-time */
                        acceptedAt: string | null;
                        attemptCount: number;
                        attempts: {
                            attempt: number;
                            durationMs: number;
                            error: string | null;
                            id: string;
                            message: string | null;
                            outcome: string;
                            replayId: string | null;
                            request: {
                                body: string | null;
                                headers: {
                                    [key: string]: string;
                                };
                                method: string;
                                url: string;
                            };
                            response: {
                                body: string;
                                headers: {
                                    [key: string]: string;
                                };
                                status: number;
                                truncated: boolean;
                            } | null;
                            /** Format: date-time */
                            startedAt: string;
                            timings: {
                                connectMs: number | null;
                                dnsMs: number | null;
                                firstByteMs: number | null;
                                tlsMs: number | null;
                                totalMs: number;
                            };
                        }[];
                        entity: {
                            id: string;
                            name: string;
                        } | null;
                        event: {
                            /** Format: date-time */
                            acceptedAt: string;
                            data: unknown;
                            entity: {
                                id: string;
                                name: string;
                            } | null;
                            id: string;
                            matched: string[];
                            seq: number;
                            source: string | null;
                            timestamp: string;
                            type: string;
                            unmatchedReason: string | null;
                        } | null;
                        eventId: string;
                        eventType: string;
                        /** Format: date-time */
                        finishedAt: string | null;
                        /** Format: date-time */
                        firstAttemptAt: string | null;
                        id: string;
                        lastError: string | null;
                        lastStatus: number | null;
                        /** Format: date-time */
                        nextAttemptAt: string | null;
                        reason: string | null;
                        reasonCode: ("retrying" | "parked" | "behind-parked" | "paused" | "catching-up" | "its-turn") | null;
                        replayId: string | null;
                        seq: number;
                        /** @enum {string} */
                        status: "waiting" | "delivered" | "failed" | "expired" | "cancelled" | "pending";
                        subscription: {
                            id: string;
                            name: string;
                            status: string;
                            url: string;
                        } | null;
                        subscriptionId: string;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    DeliveryLogController_retryDelivery: {
        parameters: {
            query?: {
                eventId?: string;
            };
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                deliveryId: string;
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Try a delivery again now */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        attempt: number;
                        deliveryId: string;
                        eventId: string;
                        subscriptionId: string;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ExportController_deliveries: {
        parameters: {
            query?: {
                entityId?: string;
                entityName?: string;
                eventId?: string;
                eventType?: string;
                format?: "csv" | "ndjson";
                from?: string;
                status?: "waiting" | "delivered" | "failed" | "expired" | "cancelled" | "pending";
                statusClass?: "2xx" | "3xx" | "4xx" | "5xx" | "none";
                subscriptionId?: string;
                to?: string;
            };
            header?: never;
            path: {
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deliveries as CSV or NDJSON, streamed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ErasureController_list: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Erasures, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            acceptedBefore: string;
                            createdAt: string;
                            endedAt: null | string;
                            entity: null | {
                                id: string;
                                name: string;
                            };
                            id: string;
                            /** @enum {string} */
                            kind: "tenant" | "subscription" | "entity";
                            removed: number;
                            startedAt: null | string;
                            status: string;
                            subscriptionId: null | string;
                        }[];
                        nextCursor: null | string;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ErasureController_erase: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    entity?: {
                        id: string;
                        name: string;
                    };
                    subscriptionId?: string;
                    /** @constant */
                    tenant?: true;
                };
            };
        };
        responses: {
            /** @description Erase what the log holds of a subscription, an entity or the tenant */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        acceptedBefore: string;
                        createdAt: string;
                        endedAt: null | string;
                        entity: null | {
                            id: string;
                            name: string;
                        };
                        id: string;
                        /** @enum {string} */
                        kind: "tenant" | "subscription" | "entity";
                        removed: number;
                        startedAt: null | string;
                        status: string;
                        subscriptionId: null | string;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ErasureController_find: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                erasureId: string;
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An erasure and how far it is */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        acceptedBefore: string;
                        createdAt: string;
                        endedAt: null | string;
                        entity: null | {
                            id: string;
                            name: string;
                        };
                        id: string;
                        /** @enum {string} */
                        kind: "tenant" | "subscription" | "entity";
                        removed: number;
                        startedAt: null | string;
                        status: string;
                        subscriptionId: null | string;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    EventTypeController_list: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            deprecated?: boolean;
                            description?: string;
                            examples?: unknown[];
                            name: string;
                            /** @enum {string} */
                            onInvalid?: "reject" | "warn";
                            schema?: null | {
                                [key: string]: unknown;
                            } | boolean;
                            version: number;
                        }[];
                        nextCursor: null | string;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    EventTypeController_find: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        deprecated?: boolean;
                        description?: string;
                        examples?: unknown[];
                        name: string;
                        /** @enum {string} */
                        onInvalid?: "reject" | "warn";
                        schema?: null | {
                            [key: string]: unknown;
                        } | boolean;
                        version: number;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    EventTypeController_set: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: string;
            };
            path: {
                name: string;
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    deprecated?: boolean;
                    description?: string;
                    examples?: unknown[];
                    /** @enum {string} */
                    onInvalid?: "reject" | "warn";
                    /** @description JSON Schema 2020-12 of data */
                    schema?: Record<string, never> | boolean | null;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        deprecated?: boolean;
                        description?: string;
                        examples?: unknown[];
                        name: string;
                        /** @enum {string} */
                        onInvalid?: "reject" | "warn";
                        schema?: null | {
                            [key: string]: unknown;
                        } | boolean;
                        version: number;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    EventTypeController_remove: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: string;
            };
            path: {
                name: string;
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It will take effect soon */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    DeliveryLogController_listEvents: {
        parameters: {
            query?: {
                cursor?: string;
                entityId?: string;
                entityName?: string;
                from?: string;
                id?: string;
                limit?: number;
                to?: string;
                type?: string;
            };
            header?: never;
            path: {
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            acceptedAt: string;
                            entity: null | {
                                id: string;
                                name: string;
                            };
                            id: string;
                            matched: string[];
                            seq: number;
                            source: null | string;
                            timestamp: string;
                            type: string;
                            unmatchedReason: null | string;
                        }[];
                        nextCursor: null | string;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    DeliveryLogController_getEvent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                eventId: string;
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An event, its deliveries, and why there are no others */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date-time */
                        acceptedAt: string;
                        data: unknown;
                        deliveries: {
                            /** Format: date-time */
                            acceptedAt: string | null;
                            attemptCount: number;
                            entity: {
                                id: string;
                                name: string;
                            } | null;
                            eventId: string;
                            eventType: string;
                            /** Format: date-time */
                            finishedAt: string | null;
                            /** Format: date-time */
                            firstAttemptAt: string | null;
                            id: string;
                            lastError: string | null;
                            lastStatus: number | null;
                            /** Format: date-time */
                            nextAttemptAt: string | null;
                            reason: string | null;
                            reasonCode: ("retrying" | "parked" | "behind-parked" | "paused" | "catching-up" | "its-turn") | null;
                            replayId: string | null;
                            seq: number;
                            /** @enum {string} */
                            status: "waiting" | "delivered" | "failed" | "expired" | "cancelled" | "pending";
                            subscriptionId: string;
                        }[];
                        entity: {
                            id: string;
                            name: string;
                        } | null;
                        id: string;
                        matched: string[];
                        seq: number;
                        source: string | null;
                        subscriptions: {
                            matched: boolean;
                            name: string;
                            reason: string;
                            subscriptionId: string;
                        }[];
                        timestamp: string;
                        type: string;
                        unmatchedReason: string | null;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ExportController_events: {
        parameters: {
            query?: {
                entityId?: string;
                entityName?: string;
                format?: "csv" | "ndjson";
                from?: string;
                id?: string;
                to?: string;
                type?: string;
            };
            header?: never;
            path: {
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events as CSV or NDJSON, streamed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiKeyController_list: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            createdAt: string;
                            expiresAt: null | string;
                            id: string;
                            lastUsedAt: null | string;
                            name: string;
                            scopes: ("publish" | "read" | "manage")[];
                        }[];
                        nextCursor: null | string;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiKeyController_create: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: date-time */
                    expiresAt?: string | null;
                    name: string;
                    scopes?: ("publish" | "read" | "manage")[];
                };
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        createdAt: string;
                        expiresAt: null | string;
                        id: string;
                        key: string;
                        lastUsedAt: null | string;
                        name: string;
                        scopes: ("publish" | "read" | "manage")[];
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiKeyController_revoke: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                keyId: string;
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It will take effect soon */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    PortalLinkController_list: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            createdAt: string;
                            createdBy: string;
                            expiresAt: string;
                            id: string;
                            revokedAt: null | string;
                            /** @enum {string} */
                            role: "operator" | "tenant-admin" | "tenant-viewer";
                            sessionEndsAt: null | string;
                            sessionS: number;
                            usedAt: null | string;
                        }[];
                        nextCursor: null | string;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    PortalLinkController_create: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    expiresInS?: number;
                    /** @enum {string} */
                    role?: "tenant-admin" | "tenant-viewer";
                    sessionS?: number;
                };
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        createdAt: string;
                        createdBy: string;
                        expiresAt: string;
                        id: string;
                        revokedAt: null | string;
                        /** @enum {string} */
                        role: "operator" | "tenant-admin" | "tenant-viewer";
                        sessionEndsAt: null | string;
                        sessionS: number;
                        token: string;
                        usedAt: null | string;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    PortalLinkController_revoke: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                linkId: string;
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It will take effect soon */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ReplayController_list: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Replays, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            createdAt: string;
                            done: number;
                            endedAt: null | string;
                            error: null | string;
                            failed: number;
                            filter: {
                                entityId?: string;
                                entityName?: string;
                                types?: string[];
                            };
                            from: null | string;
                            id: string;
                            /** @enum {string} */
                            kind: "failed" | "range";
                            reason: null | string;
                            startedAt: null | string;
                            /** @enum {string} */
                            status: "failed" | "queued" | "running" | "done" | "cancelled";
                            subscriptionId: string;
                            targetSubscriptionId: string;
                            to: string;
                            total: number;
                            totalEstimated: boolean;
                            waiting: number;
                        }[];
                        nextCursor: null | string;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ReplayController_order: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    dryRun?: boolean;
                    filter?: {
                        entityId?: string;
                        entityName?: string;
                        types?: string[];
                    };
                    /** Format: date-time */
                    from?: string;
                    /** @enum {string} */
                    kind: "failed" | "range";
                    subscriptionId: string;
                    targetSubscriptionId?: string;
                    /** Format: date-time */
                    to?: string;
                };
            };
        };
        responses: {
            /** @description Send events again; with dryRun, 200 and {count, estimated} */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        count: number;
                        estimated: boolean;
                    } | {
                        createdAt: string;
                        done: number;
                        endedAt: null | string;
                        error: null | string;
                        failed: number;
                        filter: {
                            entityId?: string;
                            entityName?: string;
                            types?: string[];
                        };
                        from: null | string;
                        id: string;
                        /** @enum {string} */
                        kind: "failed" | "range";
                        reason: null | string;
                        startedAt: null | string;
                        /** @enum {string} */
                        status: "failed" | "queued" | "running" | "done" | "cancelled";
                        subscriptionId: string;
                        targetSubscriptionId: string;
                        to: string;
                        total: number;
                        totalEstimated: boolean;
                        waiting: number;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ReplayController_find: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A replay and its progress */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        createdAt: string;
                        done: number;
                        endedAt: null | string;
                        error: null | string;
                        failed: number;
                        filter: {
                            entityId?: string;
                            entityName?: string;
                            types?: string[];
                        };
                        from: null | string;
                        id: string;
                        /** @enum {string} */
                        kind: "failed" | "range";
                        reason: null | string;
                        startedAt: null | string;
                        /** @enum {string} */
                        status: "failed" | "queued" | "running" | "done" | "cancelled";
                        subscriptionId: string;
                        targetSubscriptionId: string;
                        to: string;
                        total: number;
                        totalEstimated: boolean;
                        waiting: number;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ReplayController_cancel: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Stop a replay; what is on its way is finished */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        createdAt: string;
                        done: number;
                        endedAt: null | string;
                        error: null | string;
                        failed: number;
                        filter: {
                            entityId?: string;
                            entityName?: string;
                            types?: string[];
                        };
                        from: null | string;
                        id: string;
                        /** @enum {string} */
                        kind: "failed" | "range";
                        reason: null | string;
                        startedAt: null | string;
                        /** @enum {string} */
                        status: "failed" | "queued" | "running" | "done" | "cancelled";
                        subscriptionId: string;
                        targetSubscriptionId: string;
                        to: string;
                        total: number;
                        totalEstimated: boolean;
                        waiting: number;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    StatsController_stats: {
        parameters: {
            query?: {
                from?: string;
                step?: "minute" | "hour" | "day";
                subscriptionId?: string;
                to?: string;
            };
            header?: never;
            path: {
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Counts and latencies by minute, hour or day, and what waits now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        backlog: {
                            atLeast: boolean;
                            oldestAt: null | string;
                            size: number;
                        };
                        from: string;
                        items: {
                            at: string;
                            attempts: number;
                            delivered: number;
                            failed: number;
                            latencyMs: {
                                p50: null | number;
                                p95: null | number;
                                p99: null | number;
                            };
                        }[];
                        /** @enum {string} */
                        step: "minute" | "hour" | "day";
                        to: string;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    StreamController_stream: {
        parameters: {
            query?: {
                lastEventId?: string;
                subscriptionId?: string;
            };
            header?: never;
            path: {
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Live deliveries as Server-Sent Events; Last-Event-ID goes on behind that one */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    SubscriptionController_list: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            allowedRate?: null | number;
                            createdAt: string;
                            description: string;
                            filter: {
                                expression?: string;
                                types: string[];
                            } | {
                                entities: {
                                    changes: string[];
                                    name: string;
                                }[];
                                expression?: string;
                            };
                            headers: {
                                [key: string]: string;
                            };
                            health?: {
                                attempt: number;
                                failingSince: null | string;
                                nextAttemptAt: null | string;
                                /** @enum {string} */
                                state: "live" | "behind" | "parked";
                                waitingSince: null | string;
                            };
                            id: string;
                            /** @enum {string} */
                            kind: "webhook" | "poll";
                            metadata: {
                                [key: string]: string;
                            };
                            name: string;
                            ordering: string;
                            rateLimit: null | number;
                            retryPolicy: {
                                delaysMs: number[];
                                jitter?: number;
                            } | {
                                attempts: number;
                                baseMs: number;
                                factor: number;
                                jitter: number;
                                maxMs: number;
                            };
                            status: string;
                            statusReason?: string;
                            timeoutMs: number;
                            updatedAt: string;
                            url: string;
                            verification?: string;
                            version: number;
                        }[];
                        nextCursor: null | string;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    SubscriptionController_create: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    auth?: {
                        secret: string;
                    } | {
                        authorization: string;
                    };
                    description?: string;
                    filter?: {
                        /** @description CEL over event, entity and data */
                        expression?: string;
                        types: string[];
                    } | {
                        entities: {
                            changes: ("create" | "change" | "delete")[];
                            name: string;
                        }[];
                        /** @description CEL over event, entity and data */
                        expression?: string;
                    };
                    headers?: {
                        [key: string]: string;
                    };
                    /** @enum {string} */
                    kind?: "webhook" | "poll";
                    metadata?: {
                        [key: string]: string;
                    };
                    name?: string;
                    /** @enum {string} */
                    ordering?: "strict" | "per-entity" | "unordered";
                    rateLimit?: number | null;
                    retryPolicy?: {
                        delaysMs: number[];
                        jitter?: number;
                    } | {
                        attempts: number;
                        baseMs: number;
                        factor: number;
                        jitter?: number;
                        maxMs: number;
                    };
                    startFrom?: ("now" | "earliest") | string;
                    /** @enum {string} */
                    status?: "active" | "paused" | "disabled";
                    timeoutMs?: number;
                    /** Format: uri */
                    url?: string;
                    /** @enum {string} */
                    verification?: "none" | "challenge";
                } | unknown | {
                    /** @enum {unknown} */
                    kind: "poll";
                };
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        allowedRate?: null | number;
                        createdAt: string;
                        description: string;
                        filter: {
                            expression?: string;
                            types: string[];
                        } | {
                            entities: {
                                changes: string[];
                                name: string;
                            }[];
                            expression?: string;
                        };
                        headers: {
                            [key: string]: string;
                        };
                        health?: {
                            attempt: number;
                            failingSince: null | string;
                            nextAttemptAt: null | string;
                            /** @enum {string} */
                            state: "live" | "behind" | "parked";
                            waitingSince: null | string;
                        };
                        id: string;
                        /** @enum {string} */
                        kind: "webhook" | "poll";
                        metadata: {
                            [key: string]: string;
                        };
                        name: string;
                        ordering: string;
                        rateLimit: null | number;
                        retryPolicy: {
                            delaysMs: number[];
                            jitter?: number;
                        } | {
                            attempts: number;
                            baseMs: number;
                            factor: number;
                            jitter: number;
                            maxMs: number;
                        };
                        secret?: string;
                        status: string;
                        statusReason?: string;
                        timeoutMs: number;
                        updatedAt: string;
                        url: string;
                        verification?: string;
                        version: number;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    SubscriptionController_find: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        allowedRate?: null | number;
                        createdAt: string;
                        description: string;
                        filter: {
                            expression?: string;
                            types: string[];
                        } | {
                            entities: {
                                changes: string[];
                                name: string;
                            }[];
                            expression?: string;
                        };
                        headers: {
                            [key: string]: string;
                        };
                        health?: {
                            attempt: number;
                            failingSince: null | string;
                            nextAttemptAt: null | string;
                            /** @enum {string} */
                            state: "live" | "behind" | "parked";
                            waitingSince: null | string;
                        };
                        id: string;
                        /** @enum {string} */
                        kind: "webhook" | "poll";
                        metadata: {
                            [key: string]: string;
                        };
                        name: string;
                        ordering: string;
                        rateLimit: null | number;
                        retryPolicy: {
                            delaysMs: number[];
                            jitter?: number;
                        } | {
                            attempts: number;
                            baseMs: number;
                            factor: number;
                            jitter: number;
                            maxMs: number;
                        };
                        status: string;
                        statusReason?: string;
                        timeoutMs: number;
                        updatedAt: string;
                        url: string;
                        verification?: string;
                        version: number;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    SubscriptionController_replace: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: string;
            };
            path: {
                id: string;
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    auth?: {
                        secret: string;
                    } | {
                        authorization: string;
                    };
                    description?: string;
                    filter?: {
                        /** @description CEL over event, entity and data */
                        expression?: string;
                        types: string[];
                    } | {
                        entities: {
                            changes: ("create" | "change" | "delete")[];
                            name: string;
                        }[];
                        /** @description CEL over event, entity and data */
                        expression?: string;
                    };
                    headers?: {
                        [key: string]: string;
                    };
                    metadata?: {
                        [key: string]: string;
                    };
                    name?: string;
                    /** @enum {string} */
                    ordering?: "strict" | "per-entity" | "unordered";
                    rateLimit?: number | null;
                    retryPolicy?: {
                        delaysMs: number[];
                        jitter?: number;
                    } | {
                        attempts: number;
                        baseMs: number;
                        factor: number;
                        jitter?: number;
                        maxMs: number;
                    };
                    /** @enum {string} */
                    status?: "active" | "paused" | "disabled";
                    timeoutMs?: number;
                    /** Format: uri */
                    url: string;
                    /** @enum {string} */
                    verification?: "none" | "challenge";
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        allowedRate?: null | number;
                        createdAt: string;
                        description: string;
                        filter: {
                            expression?: string;
                            types: string[];
                        } | {
                            entities: {
                                changes: string[];
                                name: string;
                            }[];
                            expression?: string;
                        };
                        headers: {
                            [key: string]: string;
                        };
                        health?: {
                            attempt: number;
                            failingSince: null | string;
                            nextAttemptAt: null | string;
                            /** @enum {string} */
                            state: "live" | "behind" | "parked";
                            waitingSince: null | string;
                        };
                        id: string;
                        /** @enum {string} */
                        kind: "webhook" | "poll";
                        metadata: {
                            [key: string]: string;
                        };
                        name: string;
                        ordering: string;
                        rateLimit: null | number;
                        retryPolicy: {
                            delaysMs: number[];
                            jitter?: number;
                        } | {
                            attempts: number;
                            baseMs: number;
                            factor: number;
                            jitter: number;
                            maxMs: number;
                        };
                        status: string;
                        statusReason?: string;
                        timeoutMs: number;
                        updatedAt: string;
                        url: string;
                        verification?: string;
                        version: number;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    SubscriptionController_delete: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: string;
            };
            path: {
                id: string;
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It will take effect soon */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    SubscriptionController_merge: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: string;
            };
            path: {
                id: string;
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    auth?: {
                        secret: string;
                    } | {
                        authorization: string;
                    };
                    description?: string;
                    filter?: {
                        /** @description CEL over event, entity and data */
                        expression?: string;
                        types: string[];
                    } | {
                        entities: {
                            changes: ("create" | "change" | "delete")[];
                            name: string;
                        }[];
                        /** @description CEL over event, entity and data */
                        expression?: string;
                    };
                    headers?: {
                        [key: string]: string;
                    };
                    metadata?: {
                        [key: string]: string;
                    };
                    name?: string;
                    /** @enum {string} */
                    ordering?: "strict" | "per-entity" | "unordered";
                    rateLimit?: number | null;
                    retryPolicy?: {
                        delaysMs: number[];
                        jitter?: number;
                    } | {
                        attempts: number;
                        baseMs: number;
                        factor: number;
                        jitter?: number;
                        maxMs: number;
                    };
                    /** @enum {string} */
                    status?: "active" | "paused" | "disabled";
                    timeoutMs?: number;
                    /** Format: uri */
                    url?: string;
                    /** @enum {string} */
                    verification?: "none" | "challenge";
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        allowedRate?: null | number;
                        createdAt: string;
                        description: string;
                        filter: {
                            expression?: string;
                            types: string[];
                        } | {
                            entities: {
                                changes: string[];
                                name: string;
                            }[];
                            expression?: string;
                        };
                        headers: {
                            [key: string]: string;
                        };
                        health?: {
                            attempt: number;
                            failingSince: null | string;
                            nextAttemptAt: null | string;
                            /** @enum {string} */
                            state: "live" | "behind" | "parked";
                            waitingSince: null | string;
                        };
                        id: string;
                        /** @enum {string} */
                        kind: "webhook" | "poll";
                        metadata: {
                            [key: string]: string;
                        };
                        name: string;
                        ordering: string;
                        rateLimit: null | number;
                        retryPolicy: {
                            delaysMs: number[];
                            jitter?: number;
                        } | {
                            attempts: number;
                            baseMs: number;
                            factor: number;
                            jitter: number;
                            maxMs: number;
                        };
                        status: string;
                        statusReason?: string;
                        timeoutMs: number;
                        updatedAt: string;
                        url: string;
                        verification?: string;
                        version: number;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    SubscriptionOrdersController_give: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
                order: string;
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        commandId?: string;
                        /** @enum {string} */
                        order: "retry" | "skip" | "pause" | "resume" | "disable" | "enable";
                        /** @enum {string} */
                        status: "active" | "paused" | "disabled" | "deleted";
                        subscriptionId: string;
                        version: number;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    AuditController_history: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            actor: string;
                            /** @enum {string} */
                            aggregate: "tenant" | "api-key" | "subscription" | "user" | "portal-link" | "session-key" | "event-type" | "replay" | "erasure" | "delivery";
                            at: string;
                            changes: Record<string, never>;
                            id: string;
                            origin: null | string;
                            seq: string;
                            type: string;
                            version: number;
                        }[];
                        nextCursor: null | string;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    SubscriptionMatchController_match: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    event: {
                        data?: unknown;
                        entity?: {
                            id: string;
                            name: string;
                        };
                        type: string;
                    };
                    filter?: {
                        /** @description CEL over event, entity and data */
                        expression?: string;
                        types: string[];
                    } | {
                        entities: {
                            changes: ("create" | "change" | "delete")[];
                            name: string;
                        }[];
                        /** @description CEL over event, entity and data */
                        expression?: string;
                    };
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        asked: boolean;
                        holds: boolean;
                        matches: boolean;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    PollController_poll: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What there is for a polled subscription */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        cursor: string;
                        hasMore: boolean;
                        items: {
                            /** Format: date-time */
                            acceptedAt: string;
                            body: unknown;
                            id: string;
                            type: string;
                        }[];
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    SubscriptionProbeController_render: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    data?: unknown;
                    entity?: {
                        id: string;
                        name: string;
                    } | null;
                    type?: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        body: string;
                        headers: {
                            [key: string]: string;
                        };
                        /** @constant */
                        method: "POST";
                        url: string;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    SubscriptionSecretsController_list: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            createdAt: null | string;
                            expiresAt: null | string;
                            id: null | string;
                            kind: null | string;
                            publicKey?: string;
                        }[];
                        nextCursor: null | string;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    SubscriptionSecretsController_rotate: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    auth?: {
                        secret: string;
                    } | {
                        authorization: string;
                    };
                    /** @enum {string} */
                    kind?: "hmac" | "ed25519";
                    overlapS?: number;
                };
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        createdAt: null | string;
                        expiresAt: null | string;
                        id: null | string;
                        kind: null | string;
                        publicKey?: string;
                        secret?: string;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    SubscriptionSecretsController_end: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                secretId: string;
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It will take effect soon */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    AuditController_asOf: {
        parameters: {
            query: {
                at: string;
            };
            header?: never;
            path: {
                id: string;
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        allowedRate?: null | number;
                        createdAt: string;
                        description: string;
                        filter: {
                            expression?: string;
                            types: string[];
                        } | {
                            entities: {
                                changes: string[];
                                name: string;
                            }[];
                            expression?: string;
                        };
                        headers: {
                            [key: string]: string;
                        };
                        health?: {
                            attempt: number;
                            failingSince: null | string;
                            nextAttemptAt: null | string;
                            /** @enum {string} */
                            state: "live" | "behind" | "parked";
                            waitingSince: null | string;
                        };
                        id: string;
                        /** @enum {string} */
                        kind: "webhook" | "poll";
                        metadata: {
                            [key: string]: string;
                        };
                        name: string;
                        ordering: string;
                        rateLimit: null | number;
                        retryPolicy: {
                            delaysMs: number[];
                            jitter?: number;
                        } | {
                            attempts: number;
                            baseMs: number;
                            factor: number;
                            jitter: number;
                            maxMs: number;
                        };
                        status: string;
                        statusReason?: string;
                        timeoutMs: number;
                        updatedAt: string;
                        url: string;
                        verification?: string;
                        version: number;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    SubscriptionProbeController_test: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    data?: unknown;
                    entity?: {
                        id: string;
                        name: string;
                    } | null;
                    type?: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        durationMs: number;
                        error: null | {
                            message: string;
                            reason: string;
                        };
                        /** @enum {string} */
                        outcome: "accepted" | "failed";
                        request: {
                            body: string;
                            headers: {
                                [key: string]: string;
                            };
                            /** @constant */
                            method: "POST";
                            url: string;
                        };
                        response: null | {
                            body: string;
                            headers: {
                                [key: string]: string;
                            };
                            truncated: boolean;
                        };
                        status: null | number;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    SubscriptionProbeController_verify: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    body: string;
                    headers: {
                        [key: string]: string;
                    };
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        valid: boolean;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    UserController_list: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            createdAt: string;
                            email: string;
                            id: string;
                            name: string;
                            /** @enum {string} */
                            role: "operator" | "tenant-admin" | "tenant-viewer";
                            tenantId: null | string;
                            version: number;
                        }[];
                        nextCursor: null | string;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    UserController_create: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: email */
                    email: string;
                    name: string;
                    password: string;
                    /** @enum {string} */
                    role: "tenant-admin" | "tenant-viewer";
                };
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        createdAt: string;
                        email: string;
                        id: string;
                        name: string;
                        /** @enum {string} */
                        role: "operator" | "tenant-admin" | "tenant-viewer";
                        tenantId: null | string;
                        version: number;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    UserController_find: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenantId: string;
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        createdAt: string;
                        email: string;
                        id: string;
                        name: string;
                        /** @enum {string} */
                        role: "operator" | "tenant-admin" | "tenant-viewer";
                        tenantId: null | string;
                        version: number;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    UserController_remove: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: string;
            };
            path: {
                tenantId: string;
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It will take effect soon */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    UserController_change: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: string;
            };
            path: {
                tenantId: string;
                userId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name?: string;
                    /** @enum {string} */
                    role?: "tenant-admin" | "tenant-viewer";
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        createdAt: string;
                        email: string;
                        id: string;
                        name: string;
                        /** @enum {string} */
                        role: "operator" | "tenant-admin" | "tenant-viewer";
                        tenantId: null | string;
                        version: number;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    UserController_resetPassword: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                tenantId: string;
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        password: string;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    DeliveryLogController_listWaiting: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                subscriptionId?: string;
            };
            header?: never;
            path: {
                tenantId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What waits, and why */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            atLeast: boolean;
                            attempt: number;
                            attempts: null | number;
                            lane: null | string;
                            nextAttemptAt: null | string;
                            oldestAt: null | string;
                            reason: string;
                            /** @enum {string} */
                            state: "paused" | "behind" | "parked" | "retrying";
                            subscriptionId: string;
                            waiting: number;
                        }[];
                        nextCursor: null | string;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    OperatorController_list: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            createdAt: string;
                            email: string;
                            id: string;
                            name: string;
                            /** @enum {string} */
                            role: "operator" | "tenant-admin" | "tenant-viewer";
                            tenantId: null | string;
                            version: number;
                        }[];
                        nextCursor: null | string;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    OperatorController_create: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: email */
                    email: string;
                    name: string;
                    password: string;
                };
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        createdAt: string;
                        email: string;
                        id: string;
                        name: string;
                        /** @enum {string} */
                        role: "operator" | "tenant-admin" | "tenant-viewer";
                        tenantId: null | string;
                        version: number;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    OperatorController_find: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        createdAt: string;
                        email: string;
                        id: string;
                        name: string;
                        /** @enum {string} */
                        role: "operator" | "tenant-admin" | "tenant-viewer";
                        tenantId: null | string;
                        version: number;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    OperatorController_remove: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: string;
            };
            path: {
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It will take effect soon */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    OperatorController_change: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: string;
            };
            path: {
                userId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name?: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        createdAt: string;
                        email: string;
                        id: string;
                        name: string;
                        /** @enum {string} */
                        role: "operator" | "tenant-admin" | "tenant-viewer";
                        tenantId: null | string;
                        version: number;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    OperatorController_resetPassword: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        password: string;
                    };
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
