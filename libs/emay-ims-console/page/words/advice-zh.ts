import type { adviceEn } from './advice-en.js';

export const adviceZh: typeof adviceEn = {
  'circuit-open': {
    title: (said) => `暂停提交网关：${said('code')}`,
    todo: '请查这个状态码；网关恢复应答后，熔断自动关闭。',
  },
};
