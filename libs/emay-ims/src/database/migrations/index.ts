import { CreateEmayIms1764000000000 } from './1764000000000-create-emay-ims.js';
import { SlimmerIndexes1764200000000 } from './1764200000000-slimmer-indexes.js';
import { DurableEvents1764400000000 } from './1764400000000-durable-events.js';
import { ListedMessages1764600000000 } from './1764600000000-listed-messages.js';

/** What a host adds to the `migrations` of its own DataSource, from the first schema on. */
export const EMAY_IMS_MIGRATIONS = [
  CreateEmayIms1764000000000,
  SlimmerIndexes1764200000000,
  DurableEvents1764400000000,
  ListedMessages1764600000000,
];
