import { CommonSettings, Setting } from '@posthorn/runtime';
import { IsBoolean, IsInt, Max, Min } from 'class-validator';

/** What the composition reads beside the settings of the five services. */
export class StandaloneSettings extends CommonSettings {
  @Setting('POSTHORN_PORT', 'Port of everything; 0 takes a free one')
  @IsInt()
  @Min(0)
  @Max(65535)
  override port = 8400;

  @Setting('POSTHORN_DEMO', 'On an empty database, two demo tenants are made and their keys printed once')
  @IsBoolean()
  demo = false;
}
