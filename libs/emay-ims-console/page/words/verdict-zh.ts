import type { verdictEn } from './verdict-en.js';

export const verdictZh: typeof verdictEn = {
  delivered: { title: '已送达', know: () => '状态报告表明短信已送达手机。', dontKnow: '' },
  undeliverable: {
    title: '未能送达',
    know: () => '网关已接受；状态报告表明运营商未能送达。',
    dontKnow: '再发一次能否送达。',
  },
  rejected: { title: '被拒绝', know: () => '网关或状态报告拒绝了它，短信没有送达。', dontKnow: '' },
  queued: { title: '等待提交', know: () => '短信已入库，尚无携带它的请求发出。', dontKnow: '' },
  held: {
    title: '挂起',
    know: () => '直接发送失败，什么都没有发出。短信等待调用方处理，一小时后过期。',
    dontKnow: '调用方是否会再次发送。',
  },
  'in-flight': {
    title: '提交中',
    know: () => '携带它的请求可能已经发出，正在等待应答。',
    dontKnow: '网关会如何应答。',
  },
  accepted: {
    title: '网关已接受',
    know: (said) =>
      said('p50Ms')
        ? `网关已接受。通常 ${said('p50Ms')} 之内会有报告，95% 在 ${said('p95Ms')} 之内。`
        : '网关已接受，正在等待状态报告。',
    dontKnow: '是否已送达手机。期限（见详情）之前没有报告，则变为 UNKNOWN。',
  },
  doubt: {
    title: '结果不明：无从得知是否已发送',
    know: (said) =>
      `携带它的请求已经发出${said('submittedAt') && `（${said('submittedAt')}）`}，却没有得到可用的应答${said('code') && `：${said('code')}`}。`,
    dontKnow: '网关是否已接受。状态报告会给出答案，多数在几分钟之内到达。',
  },
  'doubt-proved-sent': {
    title: '事后证实已发出',
    know: () => '请求没有得到可用的应答，但状态报告证实网关已接受。',
    dontKnow: '',
  },
  'reported-unsent': {
    title: '未提交却有报告',
    know: () => '收到了它的状态报告，而本数据库从未把它提交网关。',
    dontKnow: '由谁发送：别的系统，或恢复备份之前的本系统。',
  },
  unknown: {
    title: '送达未知',
    know: () => '网关已接受，但期限之内没有明确的报告。',
    dontKnow: '是否已送达手机。之后到来的报告仍然有效。',
  },
  'given-up': {
    title: '已被人工放弃',
    know: () => '网关是否接受始终不明，由人关闭。',
    dontKnow: '是否已送达手机。之后到来的报告仍然有效。',
  },
  cancelled: { title: '已撤回', know: () => '在任何请求发出之前已撤回。', dontKnow: '' },
  expired: { title: '已过期', know: () => '在任何请求发出之前已过有效期。', dontKnow: '' },
};
