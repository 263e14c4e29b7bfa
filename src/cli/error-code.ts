export { errorCode } from '../config/error-code.js';
