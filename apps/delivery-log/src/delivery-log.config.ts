import { DatabaseSettings, Setting } from '@posthorn/runtime';
import { IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { keepMaxDays, keepMinDays, periodsOf } from './periods.js';

/** Every setting of delivery-log. */
export class DeliveryLogSettings extends DatabaseSettings {
  override port: number = 8403;

  @Setting('POSTHORN_LOG_BUFFER_RECORDS', 'Records held until PostgreSQL has taken them; then Kafka waits')
  @IsInt()
  @Min(100)
  @Max(200_000)
  bufferedRecordsMax: number = 16_000;

  @Setting('POSTHORN_LOG_BUFFER_BYTES', 'The same in bytes')
  @IsInt()
  @Min(1024 * 1024)
  @Max(1024 * 1024 * 1024)
  bufferedBytesMax: number = 32 * 1024 * 1024;

  @Setting('POSTHORN_LOG_BATCH_RECORDS', 'Most records that are written in one transaction')
  @IsInt()
  @Min(1)
  @Max(20_000)
  batchRecordsMax: number = 4_000;

  @Setting('POSTHORN_LOG_DIRECTORY_STALE_MS', 'Keys and tenants older than this are not believed: 503')
  @IsInt()
  @Min(2_000)
  @Max(300_000)
  directoryStaleMs: number = 15_000;

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

  @Setting('POSTHORN_LOG_KEEP_PAYLOADS_DAYS', 'How long events are kept, with their payloads')
  @IsInt()
  @Min(keepMinDays)
  @Max(keepMaxDays)
  keepPayloadsDays: number = 30;

  @Setting('POSTHORN_LOG_KEEP_ATTEMPTS_DAYS', 'How long deliveries are kept, with their attempts')
  @IsInt()
  @Min(keepMinDays)
  @Max(keepMaxDays)
  keepAttemptsDays: number = 30;

  @Setting(
    'POSTHORN_LOG_TENANTS_KEEP_DAYS',
    'Other periods of single tenants, payloads/attempts: vendor-17=90/30,vendor-18=10/10',
  )
  @IsString()
  @MaxLength(20_000)
  tenantsKeepDays: string = '';

  @Setting('POSTHORN_LOG_KEEP_MINUTES_DAYS', 'How long statistics are kept by minute')
  @IsInt()
  @Min(1)
  @Max(400)
  keepMinutesDays: number = 8;

  @Setting('POSTHORN_LOG_KEEP_HOURS_DAYS', 'How long statistics are kept by hour; by day they stay')
  @IsInt()
  @Min(8)
  @Max(4_000)
  keepHoursDays: number = 400;

  @Setting('POSTHORN_LOG_REPLAY_PER_S', 'Most events a second that one replay sends')
  @IsInt()
  @Min(1)
  @Max(5_000)
  replayPerS: number = 200;

  @Setting('POSTHORN_LOG_STREAMS', 'Most live streams (Server-Sent Events) of one instance')
  @IsInt()
  @Min(1)
  @Max(10_000)
  streamsMax: number = 200;

  override problem(): string | undefined {
    if (!periodsOf(this.tenantsKeepDays))
      return `POSTHORN_LOG_TENANTS_KEEP_DAYS is a list of tenant=payloads/attempts, in days from ${keepMinDays} to ${keepMaxDays}`;

    // Two partitions at a time, a purge, the outbox, and somebody who asks.
    if (this.databasePoolMax < 5) return 'POSTHORN_DATABASE_POOL must be at least 5 for delivery-log';
    return super.problem();
  }
}
