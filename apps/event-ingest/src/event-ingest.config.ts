import { CommonSettings, Setting } from '@posthorn/runtime';
import { IsInt, Max, Min } from 'class-validator';

export class EventIngestSettings extends CommonSettings {
  @Setting('POSTHORN_PORT', 'Port to listen on; 0 takes a free one')
  @IsInt()
  @Min(0)
  @Max(65535)
  override port: number = 8402;

  @Setting('POSTHORN_INGEST_ACK_TIMEOUT_MS', 'How long a publisher waits for Kafka before it is answered 503')
  @IsInt()
  @Min(100)
  @Max(25_000) // below the 30 s that a whole request may take
  ackTimeoutMs: number = 5_000;

  @Setting('POSTHORN_INGEST_QUEUE_RECORDS', 'Events waiting for Kafka, before publishers are answered 503')
  @IsInt()
  @Min(1_000)
  @Max(1_000_000)
  queueRecordsMax: number = 10_000;

  @Setting('POSTHORN_INGEST_QUEUE_BYTES', 'The same in bytes')
  @IsInt()
  @Min(6 * 1024 * 1024) // one batch of 5 MiB has to fit
  @Max(1024 * 1024 * 1024)
  queueBytesMax: number = 16 * 1024 * 1024;

  @Setting('POSTHORN_INGEST_LINGER_MS', 'At least this long between two writes unless a batch is full')
  @IsInt()
  @Min(0)
  @Max(1_000)
  lingerMs: number = 3;

  @Setting('POSTHORN_INGEST_DIRECTORY_STALE_MS', 'Keys and tenants older than this are not believed: 503')
  @IsInt()
  @Min(1_000)
  @Max(300_000)
  directoryStaleMs: number = 15_000;

  @Setting(
    'POSTHORN_INGEST_RATE_PER_ADDRESS',
    'Publishing requests a second from one address, over ten seconds; 0 is no limit',
  )
  @IsInt()
  @Min(0)
  @Max(1_000_000)
  ratePerAddress: number = 10_000;

  @Setting(
    'POSTHORN_INGEST_RATE_PER_KEY',
    'Publishing requests a second with one key, over ten seconds; 0 is no limit',
  )
  @IsInt()
  @Min(0)
  @Max(1_000_000)
  ratePerKey: number = 5_000;
}
