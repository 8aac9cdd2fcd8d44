import { isNameServer, isNetwork } from '@posthorn/egress';
import { CommonSettings, Setting } from '@posthorn/runtime';
import { IsArray, IsBoolean, IsInt, IsOptional, IsString, Max, Min } from 'class-validator';

export class DispatcherSettings extends CommonSettings {
  @Setting('POSTHORN_PORT', 'Port of health and metrics')
  @IsInt()
  @Min(0)
  @Max(65535)
  override port = 8404;

  @Setting(
    'POSTHORN_SECRET_KEYS',
    'Key ring that opens signing secrets: id:base64 of 32 bytes, the first one seals',
  )
  @IsString()
  secretKeys!: string;

  @Setting('POSTHORN_EGRESS_ALLOW', 'CIDRs beyond public addresses that receivers may have')
  @IsArray()
  @IsString({ each: true })
  egressAllow: string[] = [];

  @Setting('POSTHORN_EGRESS_HTTP', 'Plain http is allowed for receivers')
  @IsBoolean()
  egressHttp = false;

  @Setting(
    'POSTHORN_EGRESS_DNS',
    "Name servers for receivers' names, address or address:port; off or unset: the system's",
  )
  @IsArray()
  @IsString({ each: true })
  egressDns: string[] = [];

  @Setting('POSTHORN_EGRESS_PROXY', 'HTTP proxy (CONNECT) for requests to receivers')
  @IsOptional()
  @IsString()
  egressProxy?: string;

  @Setting('POSTHORN_SEND_MAX', 'Requests to receivers under way at once')
  @IsInt()
  @Min(1)
  @Max(20_000)
  sendMax = 8_000;

  @Setting('POSTHORN_SEND_PER_ORIGIN_MAX', 'Requests to one origin under way at once')
  @IsInt()
  @Min(1)
  @Max(1_000)
  sendPerOriginMax = 16;

  @Setting('POSTHORN_SEND_PER_SUBSCRIPTION_MAX', 'Requests of one unordered subscription under way at once')
  @IsInt()
  @Min(1)
  @Max(1_000)
  sendPerSubscriptionMax = 16;

  @Setting('POSTHORN_SEND_LEASE_MS', 'No send starts when the last heartbeat or transaction is older')
  @IsInt()
  @Min(1_000)
  @Max(10_000)
  sendLeaseMs = 3_000;

  @Setting('POSTHORN_SESSION_TIMEOUT_MS', 'A dispatcher that is silent for so long loses its partitions')
  @IsInt()
  @Min(4_000)
  @Max(60_000)
  sessionTimeoutMs = 6_000;

  @Setting('POSTHORN_WINDOW_RECORDS_MAX', 'Unsettled records of a partition before it is paused')
  @IsInt()
  @Min(100)
  @Max(1_000_000)
  windowRecordsMax = 20_000;

  @Setting('POSTHORN_LANE_EVENTS_MAX', 'Events a lane holds in memory before it goes BEHIND')
  @IsInt()
  @Min(2)
  @Max(10_000)
  laneEventsMax = 128;

  @Setting('POSTHORN_LANE_BYTES_MAX', 'Bytes a lane holds in memory before it goes BEHIND')
  @IsInt()
  @Min(1_024)
  @Max(64 * 1024 * 1024)
  laneBytesMax = 512 * 1024;

  @Setting('POSTHORN_WINDOW_BYTES_MAX', 'Bytes of events held for one partition before it is paused')
  @IsInt()
  @Min(1024 * 1024)
  @Max(1024 * 1024 * 1024)
  windowBytesMax = 32 * 1024 * 1024;

  @Setting('POSTHORN_EVENT_BYTES_MAX', 'Bytes of events held in memory before the largest lanes go BEHIND')
  @IsInt()
  @Min(1024 * 1024)
  @Max(16 * 1024 * 1024 * 1024)
  eventBytesMax = 192 * 1024 * 1024;

  @Setting(
    'POSTHORN_WINDOW_EVERY_MS',
    'How often windows that moved are written, and cursors that catch up: what a new owner may repeat',
  )
  @IsInt()
  @Min(100)
  @Max(10_000)
  windowEveryMs = 1_000;

  override problem(): string | undefined {
    const wrong = this.egressAllow.find((network) => !isNetwork(network));
    if (wrong !== undefined) return `POSTHORN_EGRESS_ALLOW ${wrong} is not a network in CIDR notation`;
    const unknown = this.egressDns.find((server) => !isNameServer(server));
    if (unknown !== undefined) return `POSTHORN_EGRESS_DNS ${unknown} is no address or address:port`;
    return super.problem();
  }
}
