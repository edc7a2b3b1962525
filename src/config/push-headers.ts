/** What grpc-js takes as a name, in lower case; HTTP takes more. */
const GRPC_NAME = /^[0-9a-z_.-]+$/i;
const GRPC_VALUE = /^[\x20-\x7e]*$/;
const BASE64 = /^(?:[\w+/-]{4})*(?:[\w+/-]{2,3}={0,2})?$/;

/** What a header of a push would have to be for gRPC, as the end of "expected …"; undefined: it is right. */
export function wrongForGrpc(name: string, value: string): string | undefined {
  if (!GRPC_NAME.test(name)) return 'a name of letters, digits, "_", "." and "-", since otlp.protocol is grpc';
  if (name.toLowerCase().endsWith('-bin')) {
    return BASE64.test(value) ? undefined : 'bytes in base64, since otlp.protocol is grpc and the name ends in -bin';
  }
  return GRPC_VALUE.test(value) ? undefined : 'a text of ASCII characters, since otlp.protocol is grpc';
}

/** Whether user and password of a URL are percent-encoded as they must be; what is no URL has none. */
export function hasReadableCredentials(endpoint: string): boolean {
  try {
    const { username, password } = new URL(endpoint);
    decodeURIComponent(username + password);
    return true;
  } catch (error) {
    return !(error instanceof URIError);
  }
}
