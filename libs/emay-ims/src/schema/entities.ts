import { ImsDurableEvent } from '../events/ims-durable-event.entity.js';
import { ImsMessage } from '../messages/ims-message.entity.js';
import { ImsResolution } from '../operator/ims-resolution.entity.js';
import { ImsReport } from '../reports/ims-report.entity.js';

/** What a host adds to the `entities` of its own DataSource. */
export const EMAY_IMS_ENTITIES = [ImsMessage, ImsReport, ImsResolution, ImsDurableEvent];
