import { Module } from '@nestjs/common';
import { EmayImsOperations } from './emay-ims-operations.js';

/** Provides `EmayImsOperations`. Import it beside `EmayImsModule`. */
@Module({ providers: [EmayImsOperations], exports: [EmayImsOperations] })
export class EmayImsOperationsModule {}
