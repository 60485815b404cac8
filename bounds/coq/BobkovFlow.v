(* The interpolation which proves Bobkov's inequality.

   For f with four bounded derivatives and values in [a, 1 - a], let A = mean f th, B = dA/dx and
   psi = sqrt (I(A)^2 + B^2). Proved: E psi at th = pi/2, which is I(E f), is at most E psi at
   th = 0, which is E sqrt (I(f)^2 + f'^2). One step in th moves psi by e times a drift, up to e^2;
   by Stein's identity the drift has the expectation of - sin th cos th (a square) / psi^3. *)
From Coq Require Import Reals Lra Psatz ssreflect.
From Coquelicot Require Import Coquelicot.
From ClassRadius Require Import Normal GaussianExpectation Interpolation Profile BobkovStep.
Open Scope R_scope.

Section Interpolation.

Variables (f f1 f2 f3 f4 : R -> R) (a M : R).
Hypothesis a_pos : 0 < a.
Hypothesis a_half : a < 1 / 2.
Hypothesis f_d : forall x, is_derive f x (f1 x).
Hypothesis f1_d : forall x, is_derive f1 x (f2 x).
Hypothesis f2_d : forall x, is_derive f2 x (f3 x).
Hypothesis f3_d : forall x, is_derive f3 x (f4 x).
Hypothesis f_b : forall x, a <= f x <= 1 - a.
Hypothesis f1_b : forall x, Rabs (f1 x) <= M.
Hypothesis f2_b : forall x, Rabs (f2 x) <= M.
Hypothesis f3_b : forall x, Rabs (f3 x) <= M.
Hypothesis f4_b : forall x, Rabs (f4 x) <= M.

(* A = mean f th interpolates between f and E f; B = dA/dx and psi = sqrt (I(A)^2 + B^2). *)
Let B (th x : R) : R := cos th * mean f1 th x.
Let psi (th x : R) : R := sqrt (profile (mean f th x) ^ 2 + B th x ^ 2).

Lemma derivable_continuous (g g1 : R -> R) : (forall x, is_derive g x (g1 x)) ->
  forall x, continuous g x.
Proof. intros D x. apply: ex_derive_continuous. exists (g1 x). apply D. Qed.

Lemma f_bounded (x : R) : Rabs (f x) <= 1.
Proof. apply Rabs_le. assert (H := f_b x). lra. Qed.

Lemma M_pos : 0 <= M.
Proof. apply Rle_trans with (2 := f1_b 0), Rabs_pos. Qed.

(* A common bound of f and its derivatives. *)
Let N : R := Rmax 1 M.

Lemma N_1 : 1 <= N. Proof. apply Rmax_l. Qed.
Lemma N_M (y : R) : Rabs y <= M -> Rabs y <= N.
Proof. intro H. apply Rle_trans with (1 := H), Rmax_r. Qed.

Lemma mean_range (th x : R) : a <= mean f th x <= 1 - a.
Proof. apply mean_between; [exact (derivable_continuous _ _ f_d)|exact f_b]. Qed.

Lemma mean1_b (th x : R) : Rabs (mean f1 th x) <= M.
Proof. apply mean_bounded; [exact (derivable_continuous _ _ f1_d)|exact f1_b]. Qed.

Lemma mean2_b (th x : R) : Rabs (mean f2 th x) <= M.
Proof. apply mean_bounded; [exact (derivable_continuous _ _ f2_d)|exact f2_b]. Qed.

Lemma mean3_b (th x : R) : Rabs (mean f3 th x) <= M.
Proof. apply mean_bounded; [exact (derivable_continuous _ _ f3_d)|exact f3_b]. Qed.

Lemma mean0_d (th x : R) : is_derive (mean f th) x (cos th * mean f1 th x).
Proof.
  apply (mean_d f f1 f2 N); auto; intro z; [|now apply N_M|now apply N_M].
  apply Rle_trans with (1 := f_bounded z), N_1.
Qed.

Lemma mean1_d (th x : R) : is_derive (mean f1 th) x (cos th * mean f2 th x).
Proof. now apply (mean_d f1 f2 f3 M). Qed.

Lemma mean2_d (th x : R) : is_derive (mean f2 th) x (cos th * mean f3 th x).
Proof. now apply (mean_d f2 f3 f4 M). Qed.

(* mean f3 th is Lipschitz, as f3 is. *)
Lemma mean3_tame (th : R) : tame (mean f3 th).
Proof.
  apply (tame_lipschitz _ (M * Rabs (cos th))). intros x y. unfold mean.
  assert (T : forall z, tame (fun y => f3 (z * cos th + y * sin th))).
  { intro z. apply (tame_bounded _ M); [|intro; apply f3_b].
    intro t. apply (continuous_comp (fun y => z * cos th + y * sin th) f3).
    - apply: ex_derive_continuous. auto_derive. exact I.
    - exact (derivable_continuous _ _ f3_d _). }
  rewrite -expectation_minus //.
  rewrite -(expectation_const (M * Rabs (cos th) * Rabs (x - y))).
  apply expectation_abs_le; [now apply tame_minus|apply tame_const|]. intro t.
  destruct (mean_value_unordered f3 f4 (Rmin (y * cos th + t * sin th) (x * cos th + t * sin th))
    (Rmax (y * cos th + t * sin th) (x * cos th + t * sin th))
    (y * cos th + t * sin th) (x * cos th + t * sin th)) as [c [_ [_ E]]].
  - split; [apply Rmin_l|apply Rmax_l].
  - split; [apply Rmin_r|apply Rmax_r].
  - intros; apply f3_d.
  - rewrite E. replace (x * cos th + t * sin th - (y * cos th + t * sin th))
      with (cos th * (x - y)) by ring.
    rewrite !Rabs_mult Rmult_assoc. apply Rmult_le_compat_r; [|apply f4_b].
    apply Rmult_le_pos; apply Rabs_pos.
Qed.

Lemma root_bound (th x : R) : 0 < profile (1 - a) <= psi th x.
Proof. apply root_pos; [exact a_pos|apply mean_range]. Qed.

Lemma root_square (th x : R) : psi th x ^ 2 = profile (mean f th x) ^ 2 + B th x ^ 2.
Proof.
  apply pow2_sqrt, Rplus_le_le_0_compat; apply pow2_ge_0.
Qed.

(* d psi/dx. *)
Let slope (th x : R) : R :=
  (- profile (mean f th x) * Phi_inv (mean f th x) * (cos th * mean f1 th x)
    + B th x * (cos th * (cos th * mean f2 th x))) / psi th x.

Lemma profile_mean_d (th x : R) : is_derive (fun x => profile (mean f th x)) x
  (- Phi_inv (mean f th x) * (cos th * mean f1 th x)).
Proof.
  assert (H := mean_range th x). evar_last.
  - apply (is_derive_comp profile (mean f th)); [apply profile_d; lra|apply mean0_d].
  - unfold scal; simpl; unfold mult; simpl. ring.
Qed.

Lemma B_d (th x : R) : is_derive (B th) x (cos th * (cos th * mean f2 th x)).
Proof. unfold B. apply is_derive_scal. apply mean1_d. Qed.

Lemma root_d (th x : R) : is_derive (psi th) x (slope th x).
Proof.
  assert (P := root_bound th x). unfold psi, slope.
  assert (Q : 0 < profile (mean f th x) ^ 2 + B th x ^ 2).
  { rewrite -root_square. apply pow_lt. lra. }
  evar_last.
  - apply (is_derive_comp sqrt (fun x => profile (mean f th x) ^ 2 + B th x ^ 2)).
    + apply is_derive_Reals, derivable_pt_lim_sqrt, Q.
    + apply: is_derive_plus.
      * apply (is_derive_pow _ 2), profile_mean_d.
      * apply (is_derive_pow _ 2), B_d.
  - unfold scal, plus; simpl; unfold mult; simpl.
    change (sqrt _) with (psi th x). field. lra.
Qed.

(* (J'/2)(A) has the x-derivative (J''/2)(A) A_x. *)
Lemma half_square_d (th x : R) :
  is_derive (fun x => - profile (mean f th x) * Phi_inv (mean f th x)) x
    ((Phi_inv (mean f th x) ^ 2 - 1) * (cos th * mean f1 th x)).
Proof.
  assert (H := mean_range th x).
  apply (is_derive_ext (fun x => / 2 * (- 2 * profile (mean f th x) * Phi_inv (mean f th x)))).
  { intro t. simpl. field. }
  evar_last.
  - apply is_derive_scal. apply (is_derive_comp (fun p => - 2 * profile p * Phi_inv p) (mean f th)).
    + apply profile_square_d2. lra.
    + apply mean0_d.
  - unfold scal; simpl; unfold mult; simpl. field.
Qed.

(* ---- Tameness ---- *)

Lemma mean0_tame (th : R) : tame (mean f th).
Proof.
  apply (tame_bounded _ 1); [exact (derivable_continuous _ _ (mean0_d th))|].
  intro x. apply Rabs_le. assert (H := mean_range th x). lra.
Qed.

Lemma mean1_tame (th : R) : tame (mean f1 th).
Proof.
  apply (tame_bounded _ M); [exact (derivable_continuous _ _ (mean1_d th))|exact (mean1_b th)].
Qed.

Lemma mean2_tame (th : R) : tame (mean f2 th).
Proof.
  apply (tame_bounded _ M); [exact (derivable_continuous _ _ (mean2_d th))|exact (mean2_b th)].
Qed.

Lemma quantile_tame (th : R) : tame (fun x => Phi_inv (mean f th x)).
Proof.
  apply (tame_bounded _ (Phi_inv (1 - a))).
  - intro x. assert (H := mean_range th x). apply (continuous_comp (mean f th) Phi_inv).
    + exact (derivable_continuous _ _ (mean0_d th) x).
    + apply Phi_inv_continuous. lra.
  - intro x. apply Phi_inv_bounded; [exact a_pos|apply mean_range].
Qed.

Lemma profile_tame (th : R) : tame (fun x => profile (mean f th x)).
Proof.
  apply (tame_bounded _ 1).
  - exact (derivable_continuous _ _ (profile_mean_d th)).
  - intro x. assert (H := profile_pos (mean f th x)). rewrite Rabs_pos_eq; [apply profile_le_1|lra].
Qed.

Lemma B_tame (th : R) : tame (B th).
Proof. apply tame_scal, mean1_tame. Qed.

Lemma root_tame (th : R) : tame (psi th).
Proof.
  apply (tame_dominated _ (fun x => profile (mean f th x) ^ 2 + B th x ^ 2 + 1)).
  - exact (derivable_continuous _ _ (root_d th)).
  - apply tame_plus; [|apply tame_const].
    apply tame_plus; apply tame_pow; [apply profile_tame|apply B_tame].
  - intro x. assert (H := root_bound th x). rewrite -root_square Rabs_pos_eq; [nra|lra].
Qed.

Lemma inverse_root_tame (th : R) : tame (fun x => / psi th x).
Proof.
  apply (tame_bounded _ (/ profile (1 - a))).
  - intro x. apply (continuous_Rinv_comp (psi th)).
    + exact (derivable_continuous _ _ (root_d th) x).
    + assert (H := root_bound th x). lra.
  - intro x. assert (H := root_bound th x). rewrite Rabs_pos_eq.
    + apply Rinv_le_contravar; lra.
    + left. apply Rinv_0_lt_compat. lra.
Qed.

(* ---- One step ---- *)

(* The derivatives in th of A, B and psi. *)
Let A_th (th x : R) : R := - x * sin th * mean f1 th x + sin th * cos th * mean f2 th x.
Let B_th (th x : R) : R := - sin th * mean f1 th x
  + cos th * (- x * sin th * mean f2 th x + sin th * cos th * mean f3 th x).
Let drift (th x : R) : R :=
  (- profile (mean f th x) * Phi_inv (mean f th x) * A_th th x + B th x * B_th th x) / psi th x.

Lemma mean_step_bound (th x u v : R) : Rabs u <= M -> Rabs v <= M ->
  Rabs (- x * sin th * u + sin th * cos th * v) <= 2 * M * (1 + x ^ 2).
Proof.
  intros U V. apply Rle_trans with (1 := Rabs_triang _ _).
  rewrite !Rabs_mult Rabs_Ropp.
  assert (S := sin_bound th). assert (C := cos_bound th).
  assert (S0 := Rabs_pos (sin th)). assert (C0 := Rabs_pos (cos th)).
  assert (X0 := Rabs_pos x). assert (U0 := Rabs_pos u). assert (V0 := Rabs_pos v).
  assert (X := pow2_abs x). assert (M0 := M_pos).
  assert (E1 : Rabs x * Rabs (sin th) * Rabs u <= Rabs x * 1 * M).
  { apply Rmult_le_compat; auto; [now apply Rmult_le_pos|].
    apply Rmult_le_compat_l; auto. }
  assert (E2 : Rabs (sin th) * Rabs (cos th) * Rabs v <= 1 * 1 * M).
  { apply Rmult_le_compat; auto; [now apply Rmult_le_pos|].
    apply Rmult_le_compat; auto. }
  assert (E3 : M * (Rabs x + 1) <= M * (2 * (1 + x ^ 2))) by (apply Rmult_le_compat_l; nra). lra.
Qed.

(* psi grows by at most e times the drift, up to the square of e. *)
Lemma root_one_step : exists C, forall th x e, 0 <= e <= 1 ->
  psi (th + e) x <= psi th x + e * drift th x + C * e ^ 2 * (1 + x ^ 2) ^ 2.
Proof.
  destruct (mean_step f f1 f2 f3 N) as [C0 [P0 H0]]; auto using N_M.
  { intro z. apply Rle_trans with (1 := f_bounded z), N_1. }
  destruct (mean_step f1 f2 f3 f4 M) as [C1 [P1 H1]]; auto.
  assert (M0 := M_pos). set (L := C0 + C1 + 3 * M).
  exists (step_constant a L). intros th x e He.
  assert (HW : 1 <= 1 + x ^ 2) by (assert (H := pow2_ge_0 x); lra).
  specialize (H0 th x e He). specialize (H1 th x e He).
  assert (D0 := mean_step_bound th x _ _ (mean1_b th x) (mean2_b th x)).
  assert (D1 := mean_step_bound th x _ _ (mean2_b th x) (mean3_b th x)).
  set (W := 1 + x ^ 2) in *.
  assert (W0 : 0 <= e ^ 2 * W) by (apply Rmult_le_pos; [apply pow2_ge_0|lra]).
  assert (C := cos_bound th). assert (S := sin_bound th). assert (C' := cos_bound (th + e)).
  assert (B1 := mean1_b th x).
  apply root_step; auto; try apply mean_range; fold W.
  - unfold L. lra.
  - apply Rle_trans with (1 := D0). apply Rmult_le_compat_r; unfold L; lra.
  - unfold B_th. apply Rle_trans with (1 := Rabs_triang _ _). rewrite !Rabs_mult Rabs_Ropp.
    assert (E1 : Rabs (sin th) * Rabs (mean f1 th x) <= 1 * M)
      by (apply Rmult_le_compat; auto; apply Rabs_pos).
    assert (E2 : forall y, Rabs y <= 2 * M * W -> Rabs (cos th) * Rabs y <= 1 * (2 * M * W))
      by (intros y Hy; apply Rmult_le_compat; auto; apply Rabs_pos).
    specialize (E2 _ D1).
    assert (E3 : M * 1 <= M * W) by (apply Rmult_le_compat_l; lra).
    assert (E4 : 3 * M * W <= L * W) by (apply Rmult_le_compat_r; unfold L; lra). lra.
  - unfold B. rewrite Rabs_mult.
    assert (E1 : Rabs (cos th) * Rabs (mean f1 th x) <= 1 * M)
      by (apply Rmult_le_compat; auto; apply Rabs_pos).
    unfold L. lra.
  - apply Rle_trans with (1 := H0). rewrite !Rmult_assoc. apply Rmult_le_compat_r; unfold L; lra.
  - (* cos' P' - c P - e (- s P + c P_th) *)
    unfold B, B_th. set (P := mean f1 th x) in *. set (P' := mean f1 (th + e) x) in *.
    set (P_th := - x * sin th * mean f2 th x + sin th * cos th * mean f3 th x) in *.
    replace (cos (th + e) * P' - cos th * P - e * (- sin th * P + cos th * P_th))
      with (cos (th + e) * (P' - P - e * P_th) + (cos (th + e) - cos th + e * sin th) * P
        + e * (cos (th + e) - cos th) * P_th) by ring.
    assert (X := cos_taylor th e ltac:(lra)). assert (Y := cos_lipschitz th e ltac:(lra)).
    assert (E1 : Rabs (cos (th + e) * (P' - P - e * P_th)) <= 1 * (C1 * e ^ 2 * W))
      by (rewrite Rabs_mult; apply Rmult_le_compat; auto; apply Rabs_pos).
    assert (E2 : Rabs ((cos (th + e) - cos th + e * sin th) * P) <= e ^ 2 * M)
      by (rewrite Rabs_mult; apply Rmult_le_compat; auto; apply Rabs_pos).
    assert (E3 : Rabs (e * (cos (th + e) - cos th) * P_th) <= e * e * (2 * M * W)).
    { rewrite !Rabs_mult (Rabs_pos_eq e); [|lra].
      apply Rmult_le_compat; auto; try apply Rabs_pos.
      - apply Rmult_le_pos; [lra|apply Rabs_pos].
      - apply Rmult_le_compat_l; lra. }
    apply Rle_trans with (1 := Rabs_triang _ _).
    assert (T := Rabs_triang (cos (th + e) * (P' - P - e * P_th))
      ((cos (th + e) - cos th + e * sin th) * P)).
    assert (E4 : e ^ 2 * M <= e ^ 2 * W * M).
    { apply Rmult_le_compat_r; [exact M0|]. assert (H := pow2_ge_0 e). nra. }
    assert (E5 : 0 <= C0 * (e ^ 2 * W)) by (apply Rmult_le_pos; lra).
    unfold L. lra.
Qed.

(* ---- The sign of the drift ---- *)

(* drift = - x g + rest, and E[x g] = E[g'] by Stein. *)
Let g (th x : R) : R :=
  - profile (mean f th x) * Phi_inv (mean f th x) * / psi th x * (sin th * mean f1 th x)
  + B th x * / psi th x * (sin th * cos th * mean f2 th x).
Let rest (th x : R) : R :=
  - profile (mean f th x) * Phi_inv (mean f th x) / psi th x * sin th * cos th * mean f2 th x
  + B th x / psi th x * (- sin th * mean f1 th x + sin th * cos th ^ 2 * mean f3 th x).
Let g_x (th x : R) : R :=
  sin th * (cos th * mean f2 th x * (- profile (mean f th x) * Phi_inv (mean f th x)) / psi th x
    + mean f1 th x * ((Phi_inv (mean f th x) ^ 2 - 1) * cos th * mean f1 th x) / psi th x
    + mean f1 th x * profile (mean f th x) * Phi_inv (mean f th x) * slope th x / psi th x ^ 2)
  + sin th * cos th * (cos th * mean f3 th x * B th x / psi th x
    + mean f2 th x * (cos th ^ 2 * mean f2 th x) / psi th x
    - mean f2 th x * B th x * slope th x / psi th x ^ 2).

Lemma product_d (u v u1 v1 : R -> R) (x : R) : is_derive u x (u1 x) -> is_derive v x (v1 x) ->
  is_derive (fun x => u x * v x) x (u1 x * v x + u x * v1 x).
Proof. intros U V. apply: is_derive_mult; auto. intros; apply Rmult_comm. Qed.

Lemma g_d (th x : R) : is_derive (g th) x (g_x th x).
Proof.
  assert (P := root_bound th x).
  assert (V : is_derive (fun x => / psi th x) x (- slope th x / psi th x ^ 2)).
  { apply is_derive_inv; [apply root_d|lra]. }
  evar_last.
  - apply: is_derive_plus; apply: is_derive_mult; try (intros; apply Rmult_comm).
    + apply: is_derive_mult; [apply half_square_d|exact V|intros; apply Rmult_comm].
    + apply is_derive_scal, mean1_d.
    + apply: is_derive_mult; [apply B_d|exact V|intros; apply Rmult_comm].
    + apply is_derive_scal, mean2_d.
  - unfold g_x. unfold plus, mult; simpl; unfold mult; simpl. field. lra.
Qed.

(* The terms of the drift in x make up x g. *)
Lemma drift_split (th x : R) : drift th x = rest th x - x * g th x.
Proof.
  assert (P := root_bound th x). unfold drift, rest, g, A_th, B_th. field. lra.
Qed.

(* rest - g' = - sin th cos th (a square) / psi^3. *)
Lemma drift_sign (th x : R) : 0 <= sin th -> 0 <= cos th -> rest th x - g_x th x <= 0.
Proof.
  intros S C. assert (P := root_bound th x).
  assert (E := bobkov_identity (sin th) (cos th) (mean f1 th x) (mean f2 th x) (mean f3 th x)
    (profile (mean f th x)) (Phi_inv (mean f th x)) (psi th x) ltac:(lra) (root_square th x)).
  cbv zeta in E.
  assert (F : rest th x - g_x th x = - (sin th * cos th) * ((cos th * mean f2 th x
    * profile (mean f th x) + Phi_inv (mean f th x) * mean f1 th x * B th x) ^ 2 / psi th x ^ 3)).
  { etransitivity; [|exact E]. unfold rest, g_x, slope, B. field. lra. }
  rewrite F. set (z := _ / _). assert (Z : 0 <= z).
  { apply Rle_mult_inv_pos; [apply pow2_ge_0|apply pow_lt; lra]. }
  assert (X := Rmult_le_pos _ _ S C). nra.
Qed.

Lemma slope_tame (th : R) : tame (slope th).
Proof.
  apply tame_mult; [|apply inverse_root_tame].
  apply tame_plus; apply tame_mult.
  - apply tame_mult; [apply tame_opp, profile_tame|apply quantile_tame].
  - apply tame_scal, mean1_tame.
  - apply B_tame.
  - do 2 apply tame_scal. apply mean2_tame.
Qed.

(* Tameness by structure. *)
Ltac tame_closure := repeat lazymatch goal with
  | |- tame (fun _ => ?c) => apply tame_const
  | |- tame (fun x => x) => apply tame_id
  | |- tame (fun x => @?u x + @?w x) => apply (tame_plus u w)
  | |- tame (fun x => @?u x - @?w x) => apply (tame_minus u w)
  | |- tame (fun x => @?u x * @?w x) => apply (tame_mult u w)
  | |- tame (fun x => - @?u x) => apply (tame_opp u)
  | |- tame (fun x => @?u x ^ ?n) => apply (tame_pow u n)
  | |- tame (fun x => / _) => apply inverse_root_tame
  | |- tame (fun x => Phi_inv _) => apply quantile_tame
  | |- tame (fun x => profile _) => apply profile_tame
  | |- tame (fun x => mean f _ x) => apply mean0_tame
  | |- tame (fun x => mean f1 _ x) => apply mean1_tame
  | |- tame (fun x => mean f2 _ x) => apply mean2_tame
  | |- tame (fun x => mean f3 _ x) => apply mean3_tame
  | |- tame (fun x => B _ x) => apply B_tame
  | |- tame (fun x => slope _ x) => apply slope_tame
  end.

Lemma g_tame (th : R) : tame (g th).
Proof. unfold g. tame_closure. Qed.

Lemma rest_tame (th : R) : tame (rest th).
Proof. unfold rest, Rdiv. tame_closure. Qed.

Lemma g_x_tame (th : R) : tame (g_x th).
Proof.
  apply (tame_ext (fun x =>
    sin th * (cos th * mean f2 th x * (- profile (mean f th x) * Phi_inv (mean f th x))
      * / psi th x
    + mean f1 th x * ((Phi_inv (mean f th x) ^ 2 - 1) * cos th * mean f1 th x) * / psi th x
    + mean f1 th x * profile (mean f th x) * Phi_inv (mean f th x) * slope th x * (/ psi th x) ^ 2)
  + sin th * cos th * (cos th * mean f3 th x * B th x * / psi th x
    + mean f2 th x * (cos th ^ 2 * mean f2 th x) * / psi th x
    - mean f2 th x * B th x * slope th x * (/ psi th x) ^ 2))).
  - intro x. assert (P := root_bound th x). unfold g_x. field. lra.
  - tame_closure.
Qed.

Lemma drift_tame (th : R) : tame (drift th).
Proof.
  apply (tame_ext (fun x => rest th x - x * g th x)); [intro; symmetry; apply drift_split|].
  apply tame_minus; [apply rest_tame|apply tame_mult; [apply tame_id|apply g_tame]].
Qed.

(* E drift = E[rest - g'] <= 0. *)
Lemma drift_expectation (th : R) : 0 <= sin th -> 0 <= cos th -> expectation (drift th) <= 0.
Proof.
  intros S C. rewrite (expectation_ext _ _ (drift_split th)).
  rewrite expectation_minus; [|apply rest_tame|apply tame_mult; [apply tame_id|apply g_tame]].
  rewrite (stein (g th) (g_x th) (g_d th) (g_tame th) (g_x_tame th)).
  rewrite -expectation_minus; [|apply rest_tame|apply g_x_tame].
  rewrite -(expectation_const 0). apply expectation_le.
  - apply tame_minus; [apply rest_tame|apply g_x_tame].
  - apply tame_const.
  - intro x. now apply drift_sign.
Qed.

(* ---- From 0 to pi/2 ---- *)

(* E psi does not grow: in n steps of pi/(2n) it grows by at most O(1/n). *)
Let v (th : R) : R := expectation (psi th).

Lemma v_one_step : exists C, forall th e, 0 <= e <= 1 -> 0 <= th <= PI / 2 ->
  v (th + e) <= v th + C * e ^ 2.
Proof.
  destruct root_one_step as [C H]. exists (C * expectation (fun x => (1 + x ^ 2) ^ 2)).
  intros th e He Hth.
  assert (T : tame (fun x => (1 + x ^ 2) ^ 2)) by tame_closure.
  assert (D := drift_expectation th ltac:(apply sin_ge_0; lra) ltac:(apply cos_ge_0; lra)).
  assert (Td := tame_scal e _ (drift_tame th)).
  assert (Tr := tame_plus _ _ (root_tame th) Td).
  assert (Tq := tame_scal (C * e ^ 2) _ T).
  assert (X : v (th + e) <= expectation (fun x => psi th x + e * drift th x
    + C * e ^ 2 * (1 + x ^ 2) ^ 2)).
  { apply expectation_le; [apply root_tame|now apply tame_plus|]. intro x. now apply H. }
  rewrite expectation_plus // expectation_plus // in X; [|apply root_tame].
  rewrite !expectation_scal // in X; [|apply drift_tame].
  fold (v th) in X. nra.
Qed.

Lemma v_steps : exists C, forall n k : nat, (2 <= n)%nat -> (k <= n)%nat ->
  v (INR k * (PI / 2 / INR n)) <= v 0 + INR k * (C * (PI / 2 / INR n) ^ 2).
Proof.
  destruct v_one_step as [C H]. exists C. intros n k Hn.
  assert (N2 : 2 <= INR n) by (apply (le_INR 2); exact Hn).
  assert (P := PI_RGT_0). assert (P4 := PI_4).
  set (e := PI / 2 / INR n).
  assert (E : e * INR n = PI / 2) by (unfold e; field; lra).
  assert (E0 : 0 < e) by (unfold e; apply Rdiv_lt_0_compat; lra).
  induction k as [|k IH]; intro K.
  - rewrite /= !Rmult_0_l. lra.
  - rewrite S_INR. assert (K1 : INR k <= INR n) by (apply le_INR; lia).
    assert (K0 := pos_INR k). specialize (IH ltac:(lia)).
    assert (X := H (INR k * e) e ltac:(nra) ltac:(nra)).
    replace ((INR k + 1) * e) with (INR k * e + e) by ring. lra.
Qed.

Lemma v_decreases : v (PI / 2) <= v 0.
Proof.
  destruct v_steps as [C H].
  apply (is_lim_seq_le (fun _ => v (PI / 2)) (fun n => v 0 + C * (PI / 2) ^ 2 * / INR (n + 2))
    (v (PI / 2)) (v 0)).
  - intro n. specialize (H (n + 2)%nat (n + 2)%nat ltac:(lia) ltac:(lia)).
    assert (P : 0 < INR (n + 2)) by (apply lt_0_INR; lia).
    replace (INR (n + 2) * (PI / 2 / INR (n + 2))) with (PI / 2) in H by (field; lra).
    apply Rle_trans with (1 := H). right. field. lra.
  - apply is_lim_seq_const.
  - replace (Finite (v 0)) with (Finite (v 0 + C * (PI / 2) ^ 2 * 0)) by (f_equal; ring).
    apply is_lim_seq_plus'; [apply is_lim_seq_const|].
    apply (is_lim_seq_scal_l _ (C * (PI / 2) ^ 2) 0).
    apply (is_lim_seq_inv _ p_infty); [|discriminate].
    apply (is_lim_seq_incr_n INR 2 p_infty), is_lim_seq_INR.
Qed.

(* psi is sqrt (I(f)^2 + f'^2) at th = 0 and I(E f) at th = pi/2. *)
Lemma profile_of_expectation :
  profile (expectation f) <= expectation (fun x => sqrt (profile (f x) ^ 2 + f1 x ^ 2)).
Proof.
  assert (H := v_decreases). unfold v in H.
  rewrite (expectation_ext (psi (PI / 2)) (fun _ => profile (expectation f))) in H.
  - rewrite expectation_const in H. apply Rle_trans with (1 := H). right.
    apply expectation_ext. intro x. unfold psi, B. rewrite !mean_at_0 cos_0 Rmult_1_l. reflexivity.
  - intro x. unfold psi, B. rewrite mean_at_right_angle cos_PI2 Rmult_0_l.
    replace (profile (expectation f) ^ 2 + 0 ^ 2) with (profile (expectation f) ^ 2) by ring.
    apply sqrt_pow2. left. apply profile_pos.
Qed.

End Interpolation.
