// SPDX-License-Identifier: Apache-2.0
// Who is signed in: keys live in this tab's memory and nowhere else.
import { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from "react";
import { CairnClient } from "./cairn";

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

export interface Session {
  credentials: Credentials;
  region: string;
  account: string;
  arn: string;
  endpoint: string;
  cloudtrail: CloudTrailClient;
  cairn: CairnClient;
}

interface SessionState {
  session: Session | null;
  signIn: (credentials: Credentials, region: string) => Promise<void>;
  changeRegion: (region: string) => void;
  signOut: () => void;
}

const SessionContext = createContext<SessionState | null>(null);

function connect(credentials: Credentials, region: string, account: string, arn: string): Session {
  const endpoint = window.location.origin;
  const options = { endpoint, region, credentials, maxAttempts: 2 };
  return {
    credentials,
    region,
    account,
    arn,
    endpoint,
    cloudtrail: new CloudTrailClient(options),
    cairn: new CairnClient(endpoint + "/", credentials, region),
  };
}

export function SessionProvider({ children }: { children: ReactNode }) {
  const [session, setSession] = useState<Session | null>(null);
  const signIn = useCallback(async (credentials: Credentials, region: string) => {
    const client = new STSClient({ endpoint: window.location.origin, region, credentials, maxAttempts: 1 });
    const identity = await client.send(new GetCallerIdentityCommand({}));
    setSession(connect(credentials, region, identity.Account ?? "", identity.Arn ?? ""));
  }, []);
  const changeRegion = useCallback(
    (region: string) => setSession((old) => old && connect(old.credentials, region, old.account, old.arn)),
    [],
  );
  const signOut = useCallback(() => setSession(null), []);
  const state = useMemo(
    () => ({ session, signIn, changeRegion, signOut }),
    [session, signIn, changeRegion, signOut],
  );
  return <SessionContext.Provider value={state}>{children}</SessionContext.Provider>;
}

export function useSessionState(): SessionState {
  const state = useContext(SessionContext);
  if (!state) throw new Error("no session provider");
  return state;
}

/** The session, in pages that are only shown to somebody who is signed in. */
export function useSession(): Session {
  const { session } = useSessionState();
  if (!session) throw new Error("not signed in");
  return session;
}
