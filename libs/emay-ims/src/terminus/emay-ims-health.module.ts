import { Module } from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';
import { EmayImsHealthIndicator } from './emay-ims-health.indicator.js';

/** Provides `EmayImsHealthIndicator`. Import it beside `TerminusModule` and `EmayImsModule`. */
@Module({ providers: [HealthIndicatorService, EmayImsHealthIndicator], exports: [EmayImsHealthIndicator] })
export class EmayImsHealthModule {}
