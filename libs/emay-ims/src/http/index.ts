export { EmayImsExceptionFilter, type EmayImsExceptionFilterOptions } from './emay-ims-exception.filter.js';
export { ImsMessageView, ImsMessageViewPage, type ImsMessageViewOptions } from './ims-message.view.js';
export { ImsProblem, ImsProblemViolation } from './ims-problem.js';
