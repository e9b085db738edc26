/** What something is called, behind the name of the place it is in. Where there is little room the place gives way first: names tell rows apart. */
export function PlacedName(props: { place: string | undefined; name: string; className?: string }) {
  const { place, name, className } = props;
  return (
    <span className={`flex min-w-0 ${className ?? ""}`}>
      {place && (
        <>
          <span className="min-w-0 truncate text-muted">{place}</span>
          <span className="shrink-0 whitespace-pre text-muted"> · </span>
        </>
      )}
      <span className="max-w-[calc(100%-1.5em)] shrink-0 truncate only:max-w-full">{name}</span>
    </span>
  );
}
