// SPDX-License-Identifier: Apache-2.0
// The frame around every page: who is signed in, where one is, and where one can go.
import AppLayout from "@cloudscape-design/components/app-layout";
import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import Flashbar, { type FlashbarProps } from "@cloudscape-design/components/flashbar";
import SideNavigation, { type SideNavigationProps } from "@cloudscape-design/components/side-navigation";
import Spinner from "@cloudscape-design/components/spinner";
import TopNavigation from "@cloudscape-design/components/top-navigation";
import { createContext, lazy, Suspense, useCallback, useContext, useEffect, useMemo, useState } from "react";
import { Navigate, Route, Routes, useLocation, useNavigate } from "react-router-dom";
import { chooseMode, Mode, storedMode } from "./mode";
import { PageBoundary } from "./parts/page-boundary";
import { REGIONS } from "./regions";
import { useSessionState } from "./session";

const SignIn = lazy(() => import("./pages/sign-in"));
const Dashboard = lazy(() => import("./pages/dashboard"));
const Events = lazy(() => import("./pages/events"));
const EventPage = lazy(() => import("./pages/event"));
const Trails = lazy(() => import("./pages/trails"));
const TrailCreate = lazy(() => import("./pages/trail-create"));
const TrailPage = lazy(() => import("./pages/trail"));
const Insights = lazy(() => import("./pages/insights"));
const InsightPage = lazy(() => import("./pages/insight"));
const LakeStores = lazy(() => import("./pages/lake-stores"));
const LakeStoreCreate = lazy(() => import("./pages/lake-store-create"));
const LakeStore = lazy(() => import("./pages/lake-store"));
const LakeQuery = lazy(() => import("./pages/lake-query"));
const LakeDashboards = lazy(() => import("./pages/lake-dashboards"));
const Settings = lazy(() => import("./pages/settings"));

/** Each page under its path; the AWS console's names for them. */
const PAGES: { path: string; page: React.LazyExoticComponent<() => JSX.Element>; names: string[] }[] = [
  { path: "/dashboard", page: Dashboard, names: ["Dashboard"] },
  { path: "/events", page: Events, names: ["Event history"] },
  { path: "/events/:eventId", page: EventPage, names: ["Event history", "Event"] },
  { path: "/trails", page: Trails, names: ["Trails"] },
  { path: "/trails/create", page: TrailCreate, names: ["Trails", "Create trail"] },
  { path: "/trails/detail", page: TrailPage, names: ["Trails", "Trail"] },
  { path: "/insights", page: Insights, names: ["Insights"] },
  { path: "/insights/:eventId", page: InsightPage, names: ["Insights", "Insight"] },
  { path: "/lake/stores", page: LakeStores, names: ["Event data stores"] },
  { path: "/lake/stores/create", page: LakeStoreCreate, names: ["Event data stores", "Create event data store"] },
  { path: "/lake/stores/detail", page: LakeStore, names: ["Event data stores", "Event data store"] },
  { path: "/lake/query", page: LakeQuery, names: ["Query"] },
  { path: "/lake/dashboards", page: LakeDashboards, names: ["Dashboards"] },
  { path: "/settings", page: Settings, names: ["Settings"] },
];

const NAVIGATION: SideNavigationProps.Item[] = [
  { type: "link", text: "Dashboard", href: "/dashboard" },
  { type: "link", text: "Event history", href: "/events" },
  { type: "link", text: "Insights", href: "/insights" },
  {
    type: "section",
    text: "Lake",
    items: [
      { type: "link", text: "Dashboards", href: "/lake/dashboards" },
      { type: "link", text: "Query", href: "/lake/query" },
      { type: "link", text: "Event data stores", href: "/lake/stores" },
    ],
  },
  { type: "link", text: "Trails", href: "/trails" },
  { type: "divider" },
  { type: "link", text: "Settings", href: "/settings" },
];

type Flash = (item: { type: FlashbarProps.Type; header: string; content?: string }) => void;
const FlashContext = createContext<Flash>(() => undefined);

/** Tell something above the page: what was done, or what could not be. */
export function useFlash(): Flash {
  return useContext(FlashContext);
}

function useFlashes(): [FlashbarProps.MessageDefinition[], Flash] {
  const [items, setItems] = useState<FlashbarProps.MessageDefinition[]>([]);
  const flash = useCallback<Flash>((item) => {
    const id = crypto.randomUUID?.() ?? String(Math.random());
    const dismiss = () => setItems((old) => old.filter((other) => other.id !== id));
    setItems((old) => [{ ...item, id, dismissible: true, dismissLabel: "Dismiss", onDismiss: dismiss }, ...old].slice(0, 4));
  }, []);
  return [items, flash];
}

function Header() {
  const { session, changeRegion, signOut } = useSessionState();
  const [mode, setMode] = useState(storedMode());
  const navigate = useNavigate();
  const other = mode === Mode.Dark ? Mode.Light : Mode.Dark;
  const change = () => {
    chooseMode(other);
    setMode(other);
  };
  const regions = useMemo(() => [...new Set([session?.region ?? "", ...REGIONS])].filter(Boolean), [session?.region]);
  return (
    <div id="top-navigation">
      <TopNavigation
        i18nStrings={{
          overflowMenuTriggerText: "More",
          overflowMenuTitleText: "All",
          overflowMenuBackIconAriaLabel: "Back",
          overflowMenuDismissIconAriaLabel: "Close menu",
        }}
        identity={{
          href: "/console/",
          title: "Cairn",
          logo: { src: "/console/icon.svg", alt: "" },
          onFollow: (event) => {
            event.preventDefault();
            navigate("/dashboard");
          },
        }}
        utilities={[
          { type: "button", text: other === Mode.Dark ? "Dark mode" : "Light mode", onClick: change },
          ...(session
            ? [
                {
                  type: "menu-dropdown" as const,
                  text: session.region,
                  ariaLabel: `Region ${session.region}`,
                  items: regions.map((id) => ({ id, text: id })),
                  onItemClick: (event: { detail: { id: string } }) => changeRegion(event.detail.id),
                },
                {
                  type: "menu-dropdown" as const,
                  text: session.account,
                  description: session.arn,
                  ariaLabel: `Account ${session.account}`,
                  iconName: "user-profile" as const,
                  items: [{ id: "sign-out", text: "Sign out" }],
                  onItemClick: () => signOut(),
                },
              ]
            : []),
        ]}
      />
    </div>
  );
}

function activeHref(path: string): string {
  const page = PAGES.find((one) => matches(one.path, path));
  return page ? "/" + page.path.split("/").slice(1, page.path.startsWith("/lake") ? 3 : 2).join("/") : path;
}

function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split("/");
  const parts = path.split("/");
  return wanted.length === parts.length && wanted.every((part, i) => part.startsWith(":") || part === parts[i]);
}

function breadcrumbsOf(path: string) {
  const page = PAGES.find((one) => one.path === path) ?? PAGES.find((one) => matches(one.path, path));
  const names = page?.names ?? [];
  const items = names.map((text, i) => ({ text, href: i === names.length - 1 ? path : activeHref(path) }));
  return [{ text: "Cairn", href: "/dashboard" }, ...items];
}

function Frame() {
  const [items, flash] = useFlashes();
  const [isOpen, setIsOpen] = useState(window.innerWidth >= 960);
  const location = useLocation();
  const navigate = useNavigate();
  const follow = (event: CustomEvent<{ href?: string; external?: boolean }>) => {
    event.preventDefault();
    if (event.detail.href) navigate(event.detail.href);
  };
  const breadcrumbs = breadcrumbsOf(location.pathname);
  useEffect(() => {
    document.title = `${breadcrumbs[breadcrumbs.length - 1]?.text ?? "Cairn"} - Cairn`;
  });
  return (
    <FlashContext.Provider value={flash}>
      <AppLayout
        headerSelector="#top-navigation"
        ariaLabels={{
          navigation: "Side navigation",
          navigationToggle: "Open side navigation",
          navigationClose: "Close side navigation",
          notifications: "Notifications",
        }}
        toolsHide
        navigationOpen={isOpen}
        onNavigationChange={(event) => setIsOpen(event.detail.open)}
        navigation={
          <SideNavigation
            header={{ text: "CloudTrail", href: "/dashboard" }}
            activeHref={activeHref(location.pathname)}
            items={NAVIGATION}
            onFollow={follow}
          />
        }
        breadcrumbs={<BreadcrumbGroup items={breadcrumbs} onFollow={follow} ariaLabel="Breadcrumbs" />}
        notifications={<Flashbar items={items} />}
        content={
          <PageBoundary key={location.pathname}>
            <Suspense fallback={<Spinner size="large" />}>
              <Routes>
                <Route path="/" element={<Navigate to="/dashboard" replace />} />
                {PAGES.map(({ path, page: Page }) => (
                  <Route key={path} path={path} element={<Page />} />
                ))}
                <Route path="*" element={<Navigate to="/dashboard" replace />} />
              </Routes>
            </Suspense>
          </PageBoundary>
        }
      />
    </FlashContext.Provider>
  );
}

/** First in the order of the Tab key: past the head and the side navigation. */
function SkipLink() {
  const skip = (event: React.MouseEvent) => {
    event.preventDefault();
    const main = document.querySelector("main");
    main?.setAttribute("tabindex", "-1");
    main?.focus();
  };
  return (
    <a className="skip-link" href="#main" onClick={skip}>
      Skip to main content
    </a>
  );
}

export function App() {
  const { session } = useSessionState();
  return (
    <>
      <SkipLink />
      <Header />
      {session ? (
        <Frame key={`${session.account} ${session.region}`} />
      ) : (
        <PageBoundary>
          <Suspense fallback={<Spinner size="large" />}>
            <SignIn />
          </Suspense>
        </PageBoundary>
      )}
    </>
  );
}
