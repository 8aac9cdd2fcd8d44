import { DatabaseSettings, Setting } from '@posthorn/runtime';
import { IsInt, Max, Min } from 'class-validator';

/** Every setting of retry-scheduler. */
export class RetrySchedulerSettings extends DatabaseSettings {
  override port: number = 8405;

  @Setting(
    'POSTHORN_TIMER_LEAD_MS',
    'How long before its time a timer is handed to the dispatcher, which holds it until then',
  )
  @IsInt()
  @Min(0)
  @Max(2_000)
  leadMs: number = 150;

  @Setting('POSTHORN_TIMER_LEASE_MS', 'After how long a timer that nobody answered is handed over again')
  @IsInt()
  @Min(500)
  @Max(60_000)
  leaseMs: number = 3_000;

  @Setting('POSTHORN_TIMER_CLAIM_MAX', 'Most timers of a kind that are handed over in one go')
  @IsInt()
  @Min(1)
  @Max(5_000)
  claimMax: number = 1_000;

  @Setting('POSTHORN_TIMER_BUFFER_RECORDS', 'Records held until PostgreSQL has taken them; then Kafka waits')
  @IsInt()
  @Min(100)
  @Max(200_000)
  bufferedRecordsMax: number = 20_000;

  @Setting('POSTHORN_TIMER_BUFFER_BYTES', 'The same in bytes')
  @IsInt()
  @Min(1024 * 1024)
  @Max(1024 * 1024 * 1024)
  bufferedBytesMax: number = 64 * 1024 * 1024;

  override problem(): string | undefined {
    // A timer that is handed over again before its time would only fill the topic.
    if (this.leaseMs < 2 * this.leadMs)
      return 'POSTHORN_TIMER_LEASE_MS must be at least twice POSTHORN_TIMER_LEAD_MS';
    return super.problem();
  }
}
