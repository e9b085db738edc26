/** Buttons. The label says what happens, verb first. */
import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";

export type ButtonLook = "plain" | "primary" | "danger" | "quiet";

const looks: Record<ButtonLook, string> = {
  plain: "border border-line-field bg-field text-text hover:bg-hover",
  primary: "border border-transparent bg-accent font-medium text-on-accent hover:bg-accent-strong",
  danger: "border border-transparent bg-negative font-medium text-on-negative hover:opacity-90",
  quiet: "border border-transparent text-muted hover:bg-hover hover:text-text",
};

export type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  look?: ButtonLook;
  /** 24 px instead of 28: inside rows and bars. */
  small?: boolean;
  icon?: ReactNode;
  /** Something it started is still going on: it says so and cannot be pressed again. */
  busy?: boolean;
  ref?: Ref<HTMLButtonElement>;
};

export function Button({
  look = "plain",
  small,
  icon,
  busy,
  className,
  children,
  disabled,
  type,
  ...rest
}: ButtonProps) {
  return (
    <button
      type={type ?? "button"}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={`inline-flex shrink-0 items-center justify-center gap-1.5 whitespace-nowrap rounded px-2.5 transition-colors duration-[var(--motion)] disabled:opacity-50 disabled:hover:bg-transparent ${
        small ? "h-6 px-2 text-sm" : "h-7"
      } ${looks[look]} ${look === "primary" ? "disabled:hover:bg-accent" : ""} ${className ?? ""}`}
      {...rest}
    >
      {icon}
      {children}
    </button>
  );
}

export type IconButtonProps = Omit<ButtonHTMLAttributes<HTMLButtonElement>, "aria-label"> & {
  /** Its name for screen readers, and its tooltip. */
  label: string;
  /** Shown in the tooltip. */
  keys?: string | undefined;
  pressed?: boolean;
  ref?: Ref<HTMLButtonElement>;
};

/** 24 px square: the least a finger or an unsteady hand hits. */
export function IconButton({ label, keys, pressed, className, children, type, ...rest }: IconButtonProps) {
  return (
    <button
      type={type ?? "button"}
      aria-label={label}
      aria-pressed={pressed}
      data-tip={keys ? `${label}\n${keys}` : label}
      className={`inline-flex size-6 shrink-0 items-center justify-center rounded text-muted transition-colors duration-[var(--motion)] hover:bg-hover hover:text-text disabled:opacity-50 aria-pressed:text-accent ${className ?? ""}`}
      {...rest}
    >
      {children}
    </button>
  );
}
