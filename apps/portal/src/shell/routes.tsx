import { createBrowserRouter, type RouteObject } from 'react-router';
import { LinkPage } from '../pages/login/LinkPage';
import { LoginPage } from '../pages/login/LoginPage';
import { Failure } from './Failure';
import { NotFound } from './NotFound';
import { Shell } from './Shell';
import { Start } from './Start';
import { TenantArea } from './TenantArea';

/** Every page is a file of its own, loaded when it is opened. */
const page = (path: string, load: () => Promise<{ Component: React.ComponentType }>): RouteObject => ({
  path,
  lazy: load,
});

const tenantPages: RouteObject[] = [
  page('webhooks', () => import('../pages/webhooks/WebhooksPage')),
  page('webhooks/new', () => import('../pages/webhooks/NewWebhookPage')),
  page('webhooks/:id', () => import('../pages/webhooks/WebhookPage')),
  page('webhooks/:id/edit', () => import('../pages/webhooks/EditWebhookPage')),
  page('deliveries', () => import('../pages/deliveries/DeliveriesPage')),
  page('deliveries/:id', () => import('../pages/deliveries/DeliveryPage')),
  page('events', () => import('../pages/events/EventsPage')),
  page('events/:id', () => import('../pages/events/EventPage')),
  page('replays', () => import('../pages/replays/ReplaysPage')),
  page('event-types', () => import('../pages/event-types/EventTypesPage')),
  page('keys', () => import('../pages/keys/KeysPage')),
  page('users', () => import('../pages/users/UsersPage')),
  page('audit', () => import('../pages/audit/AuditPage')),
];

export const router = createBrowserRouter([
  { path: '/login', Component: LoginPage },
  { path: '/link', Component: LinkPage },
  {
    Component: Shell,
    ErrorBoundary: Failure,
    HydrateFallback: () => null,
    children: [
      { path: '/', Component: Start },
      page('/tenants', () => import('../pages/overview/OverviewPage')),
      page('/operators', () => import('../pages/users/OperatorsPage')),
      page('/dev/receiver', () => import('../pages/receiver/ReceiverPage')),
      { path: '/t/:tenantId', Component: TenantArea, children: tenantPages },
      { path: '*', Component: NotFound },
    ],
  },
]);
