import type { adviceEn } from './advice-en.js';

export const adviceZh: typeof adviceEn = {
  'circuit-open': {
    title: (said) => `已暂停提交网关：${said('code')}`,
    todo: '若状态码与账号有关（密钥、IP、余额），请改正；否则是网关或到网关的网络有问题。网关恢复应答后，熔断自动关闭。',
  },
  'reports-blocked': {
    title: (said) => `网关不再返回报告：${said('code')}`,
    todo: '若状态码与账号有关，请改正。若为 REPEATED_PAGE，说明网关反复返回同一批次，请联系亿美。',
  },
  'spool-failed': {
    title: (said) => `暂存目录不可用：${said('code')}`,
    todo: '请使其可写：否则拉取时若数据库不可用，报告会丢失。',
  },
  'set-aside': {
    title: (said) => `被搁置的报告批次：${said('pages')}`,
    todo: '它们多次失败。请按日志排除原因，再重试。',
  },
  'queue-waits': {
    title: (said) => `最久的待发送短信已等待 ${said('forMs')}`,
    todo: '请确认有实例在提交，且熔断关闭。若只是太慢，请调大 dispatch.concurrency。',
  },
  'reported-unsent': {
    title: (said) => `未提交却有报告：${said('messages')} 条`,
    todo: '别的系统在用这个账号发送，或恢复过备份。请先停掉另一个发送方，再作决定。',
  },
  doubts: {
    title: (said) => `结果不明的短信：${said('messages')} 条`,
    todo: '多数会在几分钟之内收到报告，其余请人工决定。',
  },
  'possible-losses': {
    title: (said) => `可能丢失的批次：${said('pulls')} 个，最多 ${said('reports')} 条报告`,
    todo: '请向亿美索要该时段的报告。',
  },
  'unreadable-pages': {
    title: (said) => `无法解析的报告批次：${said('pages')} 个`,
    todo: '已连同字节原样保留，请向亿美询问格式。',
  },
  'spooled-pages': {
    title: (said) => `本机暂存的报告批次：${said('pages')} 个`,
    todo: '数据库恢复后自动入库。',
  },
  'failed-events': {
    title: (said) => `死信事件：${said('events')} 个`,
    todo: '请修好处理器，再重试。',
  },
  quarantined: {
    title: (said) => `被隔离的报告：${said('reports')} 条`,
    todo: '已原样保留，请向亿美询问格式。',
  },
  'many-orphans': {
    title: (said) => `一天之内 ${said('share')} 的报告没有对应的短信`,
    todo: '别的系统可能在用同一个 AppId 发送或拉取。',
  },
  'dispatch-off': {
    title: () => '本实例不提交网关',
    todo: '须有其他实例开启 dispatch.enabled，短信才会发出。',
  },
  'polling-off': {
    title: () => '本实例不拉取报告',
    todo: '须有其他实例开启 reports.enabled，报告才会到达。',
  },
};
