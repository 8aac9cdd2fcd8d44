import { isNameServer, isNetwork } from '@posthorn/egress';
import { IsBoolean, IsInt, IsOptional, IsString, Matches, Max, Min, Length } from 'class-validator';
import { DatabaseSettings, Setting } from '@posthorn/runtime';

/** Every setting of subscription-api, its default and its limits. */
export class SubscriptionApiSettings extends DatabaseSettings {
  @Setting('POSTHORN_PORT', 'Port to listen on; 0 takes a free one')
  @IsInt()
  @Min(0)
  @Max(65535)
  override port: number = 8401;

  @Setting('POSTHORN_ADMIN_KEY', "The operator's key, good for everything; a new one revokes the former", {
    secret: true,
  })
  @IsString()
  @Length(16, 256)
  adminKey: string = '';

  @Setting('POSTHORN_SECRET_KEYS', 'Key ring for secrets at rest: name:base64 of 32 bytes, newest first', {
    secret: true,
  })
  @Matches(/^[^\s:,]+:[^\s,]+(,[^\s:,]+:[^\s,]+)*$/, { message: 'must be name:base64[,name:base64…]' })
  secretKeys: string = '';

  @Setting(
    'POSTHORN_EGRESS_ALLOW',
    'CIDRs that receivers may be in beyond public addresses; for tests and labs',
  )
  @IsString({ each: true })
  egressAllow: string[] = [];

  @Setting('POSTHORN_EGRESS_HTTP', 'Whether receivers may be called over plain http; for tests and labs')
  @IsBoolean()
  egressHttp: boolean = false;

  @Setting(
    'POSTHORN_EGRESS_DNS',
    "Name servers for receivers' names, address or address:port; off or unset: the system's",
  )
  @IsString({ each: true })
  egressDns: string[] = [];

  @Setting('POSTHORN_EGRESS_PROXY', 'HTTP proxy (CONNECT) for requests to receivers')
  @IsOptional()
  @IsString()
  egressProxy?: string;

  @Setting(
    'POSTHORN_ACKNOWLEDGE_TIMEOUT_MS',
    'How long a change waits for Kafka before it is answered with 202',
  )
  @IsInt()
  @Min(100)
  @Max(30_000)
  acknowledgeTimeoutMs: number = 5_000;

  @Setting(
    'POSTHORN_DISABLE_AFTER_FAILING_MS',
    'How long a receiver may fail without a success before its subscription is disabled; 0 is for ever',
  )
  @IsInt()
  @Min(0)
  @Max(365 * 24 * 60 * 60 * 1000)
  disableAfterFailingMs: number = 5 * 24 * 60 * 60 * 1000;

  @Setting(
    'POSTHORN_COOKIE_SECURE',
    "Whether the portal's session cookie travels over HTTPS (or loopback) only",
  )
  @IsBoolean()
  cookieSecure: boolean = true;

  @Setting(
    'POSTHORN_WEBHOOK_ORIGIN',
    'Name of this sender in the CloudEvents handshake (WebHook-Request-Origin)',
  )
  @Matches(/^[A-Za-z0-9.-]{1,253}$/, { message: 'must be a DNS name' })
  webhookOrigin: string = 'posthorn';

  @Setting(
    'POSTHORN_DEV_RECEIVER',
    'Whether there is a receiver to try things with at /dev/receiver, for callers on this machine',
  )
  @IsBoolean()
  devReceiver: boolean = false;

  @Setting('POSTHORN_RATE_PER_ADDRESS', 'Requests a second from one address, over ten seconds; 0 is no limit')
  @IsInt()
  @Min(0)
  @Max(1_000_000)
  ratePerAddress: number = 500;

  @Setting(
    'POSTHORN_RATE_PER_KEY',
    'Requests a second with one key or session, over ten seconds; 0 is no limit',
  )
  @IsInt()
  @Min(0)
  @Max(1_000_000)
  ratePerKey: number = 200;

  override problem(): string | undefined {
    const wrong = this.egressAllow.find((cidr) => !isNetwork(cidr));
    if (wrong !== undefined)
      return `POSTHORN_EGRESS_ALLOW ${JSON.stringify(wrong)} is no address or network in CIDR notation`;
    const unknown = this.egressDns.find((server) => !isNameServer(server));
    if (unknown !== undefined)
      return `POSTHORN_EGRESS_DNS ${JSON.stringify(unknown)} is no address or address:port`;
    return super.problem();
  }
}
