using System.Runtime.InteropServices;
using Nagumo.Symbolics;

namespace Nagumo.Media;

/// <summary>The derivatives of a potential h(u, v) up to the fourth at one point.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct PotentialJet
{
    public readonly double U,
        V,
        UU,
        UV,
        VV,
        UUU,
        UUV,
        UVV,
        VVV,
        UUUU,
        UUUV,
        UUVV,
        UVVV,
        VVVV;

    /// <summary>The derivatives as expressions, in the order of the fields.</summary>
    public static IReadOnlyList<Expr> Expressions(Expr h, Symbol u, Symbol v)
    {
        var all = new List<Expr>();
        List<Expr> order = [h];
        for (int n = 1; n <= 4; n++)
        {
            order = [.. order.Select(e => e.Derive(u)), order[^1].Derive(v)];
            all.AddRange(order);
        }
        return all;
    }

    /// <summary>h's second derivative along p and q.</summary>
    public double Second((double U, double V) p, (double U, double V) q) => UU * p.U * q.U + UV * (p.U * q.V + p.V * q.U) + VV * p.V * q.V;

    /// <summary>h's third derivative along p and q, as a vector.</summary>
    public (double U, double V) Third((double U, double V) p, (double U, double V) q)
    {
        double uu = p.U * q.U,
            uv = p.U * q.V + p.V * q.U,
            vv = p.V * q.V;
        return (UUU * uu + UUV * uv + UVV * vv, UUV * uu + UVV * uv + VVV * vv);
    }

    /// <summary>h's fourth derivative along p, q and r, as a vector.</summary>
    public (double U, double V) Fourth((double U, double V) p, (double U, double V) q, (double U, double V) r)
    {
        double uuu = p.U * q.U * r.U,
            uuv = p.U * q.U * r.V + p.U * q.V * r.U + p.V * q.U * r.U,
            uvv = p.U * q.V * r.V + p.V * q.U * r.V + p.V * q.V * r.U,
            vvv = p.V * q.V * r.V;
        return (UUUU * uuu + UUUV * uuv + UUVV * uvv + UVVV * vvv, UUUV * uuu + UUVV * uuv + UVVV * uvv + VVVV * vvv);
    }
}
