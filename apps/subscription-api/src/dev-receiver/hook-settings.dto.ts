import { IsBoolean, IsInt, IsOptional, IsString, Length, Max, Min, ValidateIf } from 'class-validator';

/** How a hook behaves. What is left out of a PUT is as here, of a PATCH as it was. */
export class HookSettings {
  /** Checks signatures: `whsec_…`, Brutlers' hex, or BRZ 365's Authorization value. Never answered. */
  @ValidateIf(({ secret }: HookSettings) => secret !== null)
  @IsString()
  @Length(1, 4_096)
  secret: string | null = null;

  /** Answer 401 to what is unsigned or wrongly signed; needs the secret. */
  @IsBoolean()
  rejectInvalid: boolean = false;

  /** The answer to what is well. */
  @IsInt()
  @Min(200)
  @Max(599)
  status: number = 200;

  /** Before every answer. */
  @IsInt()
  @Min(0)
  @Max(120_000)
  delayMs: number = 0;

  /** Never answer. */
  @IsBoolean()
  hang: boolean = false;

  /** Fail until told otherwise. */
  @IsBoolean()
  failing: boolean = false;

  /** Fail so many deliveries; counts down. */
  @IsInt()
  @Min(0)
  @Max(100_000)
  failNext: number = 0;

  /** The answer while it fails. */
  @IsInt()
  @Min(300)
  @Max(599)
  failStatus: number = 500;

  /** `Retry-After` of every answer that is not 2xx. */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(86_400)
  retryAfterS: number | null = null;
}
