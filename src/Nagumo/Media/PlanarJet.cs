using System.Runtime.InteropServices;
using Nagumo.Symbolics;

namespace Nagumo.Media;

/// <summary>The derivatives of a function of (u, v) up to the third at one point.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct ForceJet
{
    public readonly double U,
        V,
        UU,
        UV,
        VV,
        UUU,
        UUV,
        UVV,
        VVV;

    /// <summary>The derivatives as expressions, in the order of the fields.</summary>
    public static IReadOnlyList<Expr> Expressions(Expr f, Symbol u, Symbol v)
    {
        var all = new List<Expr>();
        List<Expr> order = [f];
        for (int n = 1; n <= 3; n++)
        {
            order = [.. order.Select(e => e.Derive(u)), order[^1].Derive(v)];
            all.AddRange(order);
        }
        return all;
    }

    /// <summary>The second derivative along p and q.</summary>
    public double Second((double U, double V) p, (double U, double V) q) => UU * p.U * q.U + UV * (p.U * q.V + p.V * q.U) + VV * p.V * q.V;

    /// <summary>The third derivative along p, q and r.</summary>
    public double Third((double U, double V) p, (double U, double V) q, (double U, double V) r) =>
        UUU * p.U * q.U * r.U
        + UUV * (p.U * q.U * r.V + p.U * q.V * r.U + p.V * q.U * r.U)
        + UVV * (p.U * q.V * r.V + p.V * q.U * r.V + p.V * q.V * r.U)
        + VVV * p.V * q.V * r.V;
}

/// <summary>The derivatives of both forces F_u and F_v of a cell at one point.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct PlanarJet
{
    /// <summary>Of F_u and of F_v.</summary>
    public readonly ForceJet F,
        G;

    /// <summary>The second derivatives along p and q, as a vector.</summary>
    public (double U, double V) Second((double U, double V) p, (double U, double V) q) => (F.Second(p, q), G.Second(p, q));

    /// <summary>The third derivatives along p, q and r, as a vector.</summary>
    public (double U, double V) Third((double U, double V) p, (double U, double V) q, (double U, double V) r) =>
        (F.Third(p, q, r), G.Third(p, q, r));
}
